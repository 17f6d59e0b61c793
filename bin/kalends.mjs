#!/usr/bin/env node
// Plain JavaScript on purpose: an old Node must be able to read this far and refuse clearly.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  console.error(
    `kalends needs Node 24.12 or newer, this is ${process.version}.\n` +
      "Start it with `npm run kalends -- …` (which brings its own Node 24), or install a newer Node.",
  );
  process.exit(78);
}
const { main } = await import("../src/main.ts");
process.exitCode = await main(process.argv.slice(2));
