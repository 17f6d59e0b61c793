import { createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { AppRegistration, Cloud, Tenant } from "./model.ts";
import { GraphRefusal } from "./reply.ts";
import type { World } from "./world.ts";

const key = randomBytes(32);

type Claims = {
  readonly aud: string;
  readonly tid: string;
  readonly appid: string;
  readonly exp: number;
  readonly epoch: number;
  readonly [name: string]: unknown;
};

/** Issues an access token for one app in one tenant, good for that tenant's Graph only. */
export function issueAccessToken(world: World, tenant: Tenant, app: AppRegistration): string {
  const now = Math.floor(world.clock.now() / 1000);
  const claims: Claims = {
    aud: tenant.cloud.graph,
    iss: `${tenant.cloud.login}/${tenant.id}/`,
    iat: now,
    nbf: now,
    exp: now + app.tokenLifetimeSeconds,
    appid: app.clientId,
    idtyp: "app",
    tid: tenant.id,
    ...(app.rolesInToken && app.permissions.length > 0 ? { roles: app.permissions } : {}),
    uti: randomUUID(),
    ver: "1.0",
    epoch: tenant.tokenEpoch,
  };
  world.counters.countToken();
  const content = `${encode({ typ: "JWT", alg: "HS256" })}.${encode(claims)}`;
  return `${content}.${sign(content)}`;
}

/** Whose request this is. @throws GraphRefusal 401 for a token that is missing, foreign, expired or revoked */
export function authenticate(
  world: World,
  cloud: Cloud,
  authorization: string | undefined,
): { readonly tenant: Tenant; readonly app: AppRegistration } {
  const token = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(authorization ?? "");
  if (token === null) {
    throw refuse(
      cloud,
      authorization === undefined
        ? "Access token is empty."
        : "CompactToken parsing failed with error code: 80049217",
    );
  }
  const content = `${token[1]}.${token[2]}`;
  const expected = Buffer.from(sign(content));
  const actual = Buffer.from(token[3] ?? "");
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    throw refuse(cloud, "Access token validation failure. Invalid signature.");
  }
  const claims: Claims = JSON.parse(Buffer.from(token[2] ?? "", "base64url").toString());
  if (claims.aud !== cloud.graph) throw refuse(cloud, "Access token validation failure. Invalid audience.");
  if (claims.exp * 1000 <= world.clock.now()) {
    throw refuse(cloud, "Lifetime validation failed, the token is expired.");
  }
  const tenant = world.tenants.find(({ id }) => id === claims.tid);
  const app = tenant?.apps.get(claims.appid);
  if (tenant === undefined || app === undefined || claims.epoch !== tenant.tokenEpoch) {
    throw refuse(cloud, "Continuous access evaluation resulted in challenge: the token was revoked.");
  }
  return { tenant, app };
}

function refuse(cloud: Cloud, message: string): GraphRefusal {
  return new GraphRefusal(401, "InvalidAuthenticationToken", message, {
    "www-authenticate": `Bearer realm="", authorization_uri="${cloud.login}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`,
  });
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function sign(content: string): string {
  return createHmac("sha256", key).update(content).digest("base64url");
}
