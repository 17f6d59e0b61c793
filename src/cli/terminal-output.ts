import cliProgress from "cli-progress";
import type { Output } from "./output.ts";

type Streams = {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
};

/** Output to the process's own streams: answers to stdout, progress bars to stderr and only on a terminal. */
export function createTerminalOutput(json: boolean, streams: Streams = process): Output & Disposable {
  const { stdout, stderr } = streams;
  let bar: { readonly task: string; readonly bar: cliProgress.SingleBar } | undefined;
  const stopBar = (): void => {
    bar?.bar.stop();
    bar = undefined;
  };
  return {
    json,
    print(line) {
      stopBar();
      if (!json) stdout.write(`${line}\n`);
    },
    result(value) {
      stopBar();
      if (json) stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    progress(step) {
      if (stderr.isTTY !== true) return;
      if (bar?.task !== step.task) {
        stopBar();
        const format =
          step.total === null ? "{task}: {value}" : "{task} [{bar}] {value}/{total}, {eta_formatted} left";
        const options = {
          format,
          stream: stderr,
          hideCursor: true,
          clearOnComplete: true,
          stopOnComplete: true,
        };
        const single = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
        single.start(step.total ?? 0, 0, { task: step.task });
        bar = { task: step.task, bar: single };
      }
      bar.bar.setTotal(step.total ?? step.done);
      bar.bar.update(step.done);
    },
    [Symbol.dispose]: stopBar,
  };
}
