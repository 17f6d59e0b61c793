import { runContracts } from "./run-contracts.ts";
import { hasXandikos, startXandikos } from "./servers/xandikos.ts";

await runContracts({ name: "xandikos", isHere: hasXandikos, start: startXandikos });
