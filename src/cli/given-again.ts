import type { Options } from "./command.ts";

/** A command as it was given, but for the options that every command has, to be given again: in backticks. */
export function givenAgain(command: string, options: Options): string {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === false ? [] : [value === true ? `--${name}` : `--${name} ${value}`],
  );
  return `\`${["kalends", command, ...given].join(" ")}\``;
}
