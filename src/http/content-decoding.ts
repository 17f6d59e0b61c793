import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw, type InputType } from "node:zlib";
import { RemoteError } from "./remote-error.ts";

/** What we can undo, for `accept-encoding`. */
export const acceptedEncodings = "gzip, deflate, br";

type Limits = { readonly maxOutputLength: number };
type Decoder = (input: InputType, limits: Limits) => Promise<Buffer>;

const deflate: { readonly zlib: Decoder; readonly raw: Decoder } = {
  zlib: promisify<InputType, Limits, Buffer>(inflate),
  raw: promisify<InputType, Limits, Buffer>(inflateRaw),
};
const unzip: Decoder = promisify<InputType, Limits, Buffer>(gunzip);
const decoders = new Map<string, Decoder>([
  ["gzip", unzip],
  ["x-gzip", unzip],
  ["br", promisify<InputType, Limits, Buffer>(brotliDecompress)],
  // RFC 9110 says zlib format; some servers send the bare stream.
  ["deflate", (input, limits) => (isZlib(input) ? deflate.zlib(input, limits) : deflate.raw(input, limits))],
]);

/**
 * Undoes `content-encoding` (RFC 9110 section 8.4) of a whole body.
 *
 * @throws RemoteError `protocol` (unknown coding, over `maxBytes`, corrupt) or `transient` (cut off).
 */
export async function decodeContent(
  body: Buffer,
  encoding: string | undefined,
  { maxBytes, attempted }: { readonly maxBytes: number; readonly attempted: string },
): Promise<Buffer> {
  let decoded = body;
  if (decoded.length === 0) return decoded;
  const codings = (encoding ?? "").split(",").map((coding) => coding.trim().toLowerCase());
  for (const coding of codings.toReversed()) {
    if (coding === "" || coding === "identity") continue;
    const decoder = decoders.get(coding);
    if (decoder === undefined) {
      throw new RemoteError("protocol", `${attempted}: the body has an unknown content coding "${coding}"`);
    }
    decoded = await decoder(decoded, { maxOutputLength: maxBytes }).catch((error: unknown) => {
      throw decodingError(error, { maxBytes, attempted });
    });
  }
  return decoded;
}

/** The error for a body over the cap. */
export function bodyTooLarge(attempted: string, maxBytes: number): RemoteError {
  return new RemoteError("protocol", `${attempted}: the body is larger than ${maxBytes} bytes`, {
    code: "body-too-large",
  });
}

function decodingError(error: unknown, context: { maxBytes: number; attempted: string }): RemoteError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_BUFFER_TOO_LARGE") return bodyTooLarge(context.attempted, context.maxBytes);
  if (code === "Z_BUF_ERROR") {
    return new RemoteError("transient", `${context.attempted}: the compressed body is cut off`, {
      cause: error,
    });
  }
  return new RemoteError("protocol", `${context.attempted}: the compressed body is corrupt`, {
    cause: error,
  });
}

function isZlib(input: InputType): boolean {
  if (!Buffer.isBuffer(input) || input.length < 2) return false;
  return (input.readUInt8(0) & 0x0f) === 8 && input.readUInt16BE(0) % 31 === 0;
}
