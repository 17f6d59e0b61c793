import { runContracts } from "./run-contracts.ts";
import { hasRadicale, startRadicale } from "./servers/radicale.ts";

await runContracts({ name: "radicale", isHere: hasRadicale, start: startRadicale });
