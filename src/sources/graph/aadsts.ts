/**
 * What the user can do about an `AADSTS` number. Microsoft advises against depending on these numbers:
 * they choose a sentence here and nothing else.
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const remedies: ReadonlyMap<string, string> = new Map([
  [
    "7000215",
    "The client secret is wrong: copy the secret's Value (not its Secret ID) from the app registration into the configuration.",
  ],
  [
    "7000222",
    "The client secret has expired: create a new one in the app registration and configure its Value.",
  ],
  [
    "700027",
    "The certificate or the signature made with it is refused: upload this certificate to the app registration, and check its validity and this machine's clock.",
  ],
  [
    "700016",
    "The tenant does not know this app: check `client_id` and `tenant`, grant admin consent, and make sure that `cloud` is the cloud in which the app is registered.",
  ],
  ["65001", "Nobody has consented for this tenant yet: grant admin consent to the app registration."],
  [
    "90002",
    "The tenant was not found: check `tenant`, and that `cloud` is the cloud in which the tenant lives (GCC High and DoD have their own login host).",
  ],
  ["900023", "`tenant` is malformed: give the tenant's GUID or one of its domains."],
  ["9001023", "`tenant` must be the tenant's GUID or one of its domains, not `common` or `organizations`."],
  ["90038", "The tenant lives in another cloud: correct `cloud` and register the app there."],
  ["900432", "The tenant lives in another cloud: correct `cloud` and register the app there."],
  [
    "70011",
    "The scope is refused: the Graph host does not belong to this login host. Check `cloud`, or `login` and `graph` of a custom cloud.",
  ],
]);

/** The first `AADSTS` number in an error description, digits only; null where there is none. */
export function aadstsNumber(description: string): string | null {
  return /AADSTS(\d+)/.exec(description)?.[1] ?? null;
}

/** A full sentence for the user; a general one for a number that is not known. */
export function aadstsRemedy(number: string | null): string {
  const known = number === null ? undefined : remedies.get(number);
  return (
    known ?? "Check `tenant`, `client_id`, the credential and the admin consent of the app registration."
  );
}
