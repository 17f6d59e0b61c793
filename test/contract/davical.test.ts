import { runContracts } from "./run-contracts.ts";
import { hasDavical, startDavical } from "./servers/davical.ts";

await runContracts({ name: "davical", isHere: hasDavical, start: startDavical });
