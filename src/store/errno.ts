/** Whether an error is the one that the system names so (`ENOENT`, say). */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
