import { RemoteError } from "../../src/http/remote-error.ts";

/** The remote error that a promise is rejected with; throws anything else, and where it is not rejected. */
export async function remoteErrorOf(promise: Promise<unknown>): Promise<RemoteError> {
  const error: unknown = await promise.then(
    () => new Error("did not fail"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RemoteError)) throw error;
  return error;
}
