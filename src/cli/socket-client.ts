import { connect, type Socket } from "node:net";
import { CommandFailedError } from "./command-error.ts";
import type { ExitCode } from "./exit-code.ts";
import { exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import {
  lineSplitter,
  parseAnswer,
  type SocketAnswer,
  type SocketRequest,
  socketPath,
} from "./socket-protocol.ts";

/** Connects to the daemon that holds the data folder; null when there is none. */
export function connectToDaemon(dataFolder: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(socketPath(dataFolder));
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(null));
  });
}

/** Has the daemon run a command and shows what it says, as if it ran here. */
export async function runInDaemon(
  socket: Socket,
  request: SocketRequest,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    const stop = (): void => void socket.destroy();
    signal.addEventListener("abort", stop, { once: true });
    const receive = lineSplitter((line) => {
      const answer = readAnswer(line);
      if (answer === null) {
        socket.destroy();
        reject(new Error("The daemon speaks another version of Kalends. Start it anew with this one."));
        return;
      }
      switch (answer.kind) {
        case "print":
          output.print(answer.line);
          return;
        case "result":
          output.result(answer.value);
          return;
        case "progress":
          output.progress(answer.step);
          return;
        case "exit":
          socket.end();
          if (answer.error !== null) reject(new CommandFailedError(answer.error, answer.code));
          else resolve(answer.code);
          return;
        default:
          answer satisfies never;
      }
    });
    socket.setEncoding("utf8");
    socket.on("data", receive);
    socket.on("error", reject);
    socket.on("close", () => {
      if (signal.aborted) resolve(exitCode.incomplete);
      else
        reject(new Error("The daemon closed the connection before the command was done. Look at its log."));
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

function readAnswer(line: string): SocketAnswer | null {
  try {
    return parseAnswer(line);
  } catch {
    return null;
  }
}
