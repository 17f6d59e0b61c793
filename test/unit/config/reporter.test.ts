import { describe, expect, it } from "vitest";
import { createReporter } from "../../../src/config/reporter.ts";
import { readYamlTree } from "../../../src/config/yaml-tree.ts";
import type { YamlPath } from "../../../src/config/yaml-path.ts";

const yaml = "sink:\n  password: digets\n  auth: digets\n  user: ${NAME}\n  credential: digets\n";

describe("what a problem shows of a value", () => {
  it.each<[YamlPath, string | undefined, string | undefined]>([
    [["sink", "auth"], '"digets"', "digest"],
    [["sink", "user"], '"${NAME}"', undefined],
    [["sink", "password"], undefined, undefined],
    [["sink", "credential"], undefined, undefined],
    [["sink"], "a mapping", undefined],
    [["sink", "nothing"], undefined, undefined],
  ])("%j", (path, found, suggestion) => {
    const reporter = createReporter(readYamlTree(yaml, { NAME: "digets" }));
    reporter.error(path, "wrong", { found: true, words: ["digest"] });
    const [problem] = reporter.problems;
    expect([problem?.found, problem?.suggestion]).toEqual([found, suggestion]);
  });
});
