/** Keys and indexes from the root of the YAML file to a node. */
export type YamlPath = readonly (string | number)[];

/** `sources[1].cloud`; keys that are no plain words are quoted: `calendars["a b"]`. */
export function formatPath(path: YamlPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!/^[\w-]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}
