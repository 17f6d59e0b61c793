/** A refusal by the login authority: HTTP status, OAuth error and the number behind AADSTS. */
export class LoginRefusal extends Error {
  override readonly name = "LoginRefusal";
  readonly status: number;
  readonly error: string;
  readonly number: number;

  constructor(status: number, error: string, number: number, message: string) {
    super(message);
    this.status = status;
    this.error = error;
    this.number = number;
  }
}
