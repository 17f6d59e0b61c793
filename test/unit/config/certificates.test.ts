import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CertificatePair } from "./certificate-fixture.ts";
import { createCertificate } from "./certificate-fixture.ts";
import { configOf, createFolder, linesOf, withLine } from "./fixture.ts";

const folder = await createFolder();
afterAll(() => folder[Symbol.asyncDispose]());

let good: CertificatePair;
let other: CertificatePair;

beforeAll(async () => {
  good = createCertificate("2027-11-22T00:00:00Z");
  other = createCertificate("2027-11-22T00:00:00Z");
  const soon = createCertificate("2026-12-20T00:00:00Z");
  const past = createCertificate("2026-11-22T11:00:00Z");
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const locked = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "x",
  });
  await folder.write("both.pem", `${good.key}${good.certificate}`);
  await folder.write("chain.pem", `${other.certificate}${good.certificate}${good.key}`);
  await folder.write("certificate.pem", good.certificate);
  await folder.write("key.pem", good.key);
  await folder.write("other-key.pem", other.key);
  await folder.write("soon.pem", soon.certificate + soon.key);
  await folder.write("past.pem", past.certificate + past.key);
  await folder.write("ec-key.pem", ec.export({ type: "pkcs8", format: "pem" }).toString());
  await folder.write("locked.pem", good.certificate + locked.toString());
  await folder.write("damaged.pem", good.certificate.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA") + good.key);
  await folder.write("text.pem", "no PEM at all\n");
});

function loadWith(credential: string, extra = "") {
  const yaml = withLine("secret: ${APP_SECRET}", credential);
  return folder.load(extra === "" ? yaml : withLine("target: work", `target: work\n    ${extra}`, yaml));
}

async function credentialOf(credential: string) {
  const source = configOf(await loadWith(credential)).sources[0];
  if (source?.kind !== "graph" || source.credential.kind !== "certificate") throw new Error("no certificate");
  return source.credential;
}

describe("a certificate", () => {
  it.each(["certificate: both.pem", "certificate: certificate.pem\n      key: key.pem"])(
    "is read: %j",
    async (yaml) => {
      const credential = await credentialOf(yaml);
      expect(credential.certificate).toBe(good.certificate);
      expect(credential.privateKey.reveal().trim()).toBe(good.key.trim());
      expect(credential.expires).toBe("2027-11-22T00:00:00.000Z");
      expect(credential.privateKey.origin).toContain(folder.path);
    },
  );

  it("that the key belongs to comes first in the chain", async () => {
    const credential = await credentialOf("certificate: chain.pem");
    expect(credential.certificate).toBe(good.certificate + other.certificate);
  });

  it.each([
    ["certificate: absent.pem", "/absent.pem does not exist"],
    [
      "certificate: certificate.pem",
      "certificate.pem holds no private key in PEM form; add it, or name its file as key",
    ],
    ["certificate: key.pem", "key.pem holds no certificate in PEM form"],
    ["certificate: text.pem", "text.pem holds no certificate in PEM form"],
    ["certificate: damaged.pem", "a certificate in the file"],
    ["certificate: locked.pem", "locked.pem holds an encrypted private key"],
    ["certificate: both.pem\n      key: absent", "/absent does not exist"],
    ["certificate: both.pem\n      key: other-key.pem", "the private key does not belong to the certificate"],
    ["certificate: both.pem\n      key: ec-key.pem", "ec-key.pem holds a key that is not RSA"],
    ["certificate: both.pem\n      expires: 2027-01-01", "credential.expires: belongs to a secret"],
    [
      "certificate: past.pem",
      "error  sources[0].credential.certificate: the certificate expired on 2026-11-22",
    ],
  ])("is refused: %j", async (credential, message) => {
    const result = await loadWith(credential);
    expect(result.kind).toBe("invalid");
    const lines = linesOf(result).join("\n");
    expect(lines).toContain(message);
    expect(lines).not.toContain("BEGIN");
  });

  it("that ends within 30 days is a warning", async () => {
    const result = await loadWith("certificate: soon.pem");
    expect(result.kind).toBe("ok");
    expect(linesOf(result)[0]).toContain("the certificate expires on 2026-12-20");
  });

  it("that ended does not stop the daemon where its source is disabled", async () => {
    const result = await loadWith("certificate: past.pem", "enabled: false");
    expect(result.kind).toBe("ok");
    expect(linesOf(result)[0]).toContain(
      "warning  sources[0].credential.certificate: the certificate expired",
    );
  });
});

describe("a private authority", () => {
  it("is handed over as PEM, without anything else in the file", async () => {
    const config = configOf(await folder.load(withLine("auth: digest", "ca_file: both.pem")));
    expect(config.sink.ca).toBe(good.certificate);
  });

  it.each([
    ["ca_file: key.pem", "key.pem holds no certificate in PEM form"],
    ["ca_file: damaged.pem", "damaged.pem is damaged"],
    ["ca_file: absent.pem", "absent.pem does not exist"],
  ])("is refused: %s", async (line, message) => {
    const result = await folder.load(withLine("auth: digest", line));
    expect(result.kind).toBe("invalid");
    expect(linesOf(result).join("\n")).toContain(message);
  });
});
