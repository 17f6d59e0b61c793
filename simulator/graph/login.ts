import { randomUUID } from "node:crypto";
import { issueAccessToken } from "./access-token.ts";
import { checkClientAssertion } from "./client-assertion.ts";
import { LoginRefusal } from "./login-refusal.ts";
import type { AppRegistration, Cloud, Tenant } from "./model.ts";
import type { Reply } from "./reply.ts";
import type { World } from "./world.ts";

const json = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store, no-cache" };
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** A request to the login authority of one cloud. */
export type LoginRequest = {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly contentType: string | undefined;
  readonly requestId: string;
};

/** The name of a path for counting. */
export function loginRoute(path: string): string {
  const parts = /^\/[^/]+(\/oauth2\/v2\.0\/token|\/v2\.0\/\.well-known\/openid-configuration)$/i.exec(path);
  return parts === null ? "/other" : `/{tenant}${parts[1]}`;
}

/** The login authority: token endpoint and OpenID configuration. */
export function answerLogin(world: World, cloud: Cloud, request: LoginRequest): Reply {
  const tenantName = decodeURIComponent(request.path.split("/")[1] ?? "");
  try {
    switch (`${request.method} ${loginRoute(request.path).toLowerCase()}`) {
      case "POST /{tenant}/oauth2/v2.0/token":
        return answerToken(world, cloud, tenantName, request);
      case "GET /{tenant}/v2.0/.well-known/openid-configuration":
        return answerDiscovery(world, cloud, tenantName);
      default:
        return { status: 404, headers: { "content-type": "text/html" }, body: "<html>Not found</html>" };
    }
  } catch (error) {
    if (error instanceof LoginRefusal) return refusalReply(error, world, request.requestId);
    throw error;
  }
}

function answerToken(world: World, cloud: Cloud, tenantName: string, request: LoginRequest): Reply {
  if (request.contentType?.startsWith("application/x-www-form-urlencoded") !== true) {
    throw new LoginRefusal(
      400,
      "invalid_request",
      900144,
      "The request body must be form-encoded and contain 'grant_type'.",
    );
  }
  const form = new URLSearchParams(request.body);
  const tenant = findTenant(world, cloud, tenantName);
  const grant = required(form, "grant_type");
  if (grant !== "client_credentials") {
    throw new LoginRefusal(
      400,
      "unsupported_grant_type",
      70003,
      `The app requested an unsupported grant type '${grant}'.`,
    );
  }
  const app = findApp(tenant, required(form, "client_id"));
  const scope = required(form, "scope");
  if (scope !== `${cloud.graph}/.default`) {
    throw new LoginRefusal(
      400,
      "invalid_scope",
      70011,
      `The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
    );
  }
  checkCredential(world, tenant, app, form);
  if (!app.consented) {
    throw new LoginRefusal(
      400,
      "invalid_grant",
      65001,
      `The user or administrator has not consented to use the application with ID '${app.clientId}'.`,
    );
  }
  const body = {
    token_type: "Bearer",
    expires_in: app.tokenLifetimeSeconds,
    ext_expires_in: app.tokenLifetimeSeconds,
    access_token: issueAccessToken(world, tenant, app),
  };
  return { status: 200, headers: json, body: JSON.stringify(body) };
}

function checkCredential(world: World, tenant: Tenant, app: AppRegistration, form: URLSearchParams): void {
  const now = world.clock.now();
  const assertion = form.get("client_assertion");
  const secret = form.get("client_secret");
  if (assertion !== null && form.get("client_assertion_type") === assertionType) {
    const audiences = [tenant.id, tenant.domain].flatMap((name) => [
      `${tenant.cloud.login}/${name}/oauth2/v2.0/token`,
      `${tenant.cloud.login}/${name}/v2.0`,
    ]);
    checkClientAssertion(assertion, app, { audiences, now });
    return;
  }
  if (secret === null) {
    throw new LoginRefusal(
      401,
      "invalid_client",
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  }
  if (app.secret?.value !== secret) {
    throw new LoginRefusal(
      401,
      "invalid_client",
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.clientId}'.`,
    );
  }
  if (app.secret.expires !== null && app.secret.expires <= now) {
    throw new LoginRefusal(
      401,
      "invalid_client",
      7000222,
      `The provided client secret keys for app '${app.clientId}' are expired.`,
    );
  }
}

function answerDiscovery(world: World, cloud: Cloud, tenantName: string): Reply {
  const { id } = findTenant(world, cloud, tenantName);
  const root = `${cloud.login}/${id}`;
  const body = {
    token_endpoint: `${root}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${root}/discovery/v2.0/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: `${root}/v2.0`,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${root}/oauth2/v2.0/logout`,
    tenant_region_scope: "NA",
    cloud_instance_name: new URL(cloud.login).host,
    msgraph_host: new URL(cloud.graph).host,
  };
  return { status: 200, headers: json, body: JSON.stringify(body) };
}

/** The tenant by GUID or domain, in this cloud only. */
function findTenant(world: World, cloud: Cloud, name: string): Tenant {
  if (["common", "organizations", "consumers"].includes(name)) {
    throw new LoginRefusal(
      400,
      "invalid_request",
      9001023,
      `The grant type is not supported over the /${name} endpoint. Please use a tenant-specific endpoint.`,
    );
  }
  const isGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name);
  if (!isGuid && !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)) {
    throw new LoginRefusal(
      400,
      "invalid_request",
      900023,
      `Specified tenant identifier '${name}' is neither a valid DNS name, nor a valid external domain.`,
    );
  }
  const wanted = name.toLowerCase();
  const tenant = world.tenants.find(({ id, domain }) => id === wanted || domain === wanted);
  if (tenant?.cloud === cloud) return tenant;
  // The first cloud is the worldwide one: it knows where the others' tenants are.
  if (tenant !== undefined && cloud === world.clouds[0]) {
    throw new LoginRefusal(
      400,
      "invalid_request",
      90038,
      `Tenant '${name}' request is being redirected to the National Cloud '${tenant.cloud.name}'.`,
    );
  }
  throw new LoginRefusal(
    400,
    "invalid_request",
    90002,
    `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  );
}

function findApp(tenant: Tenant, clientId: string): AppRegistration {
  const app = tenant.apps.get(clientId.toLowerCase());
  if (app !== undefined) return app;
  throw new LoginRefusal(
    400,
    "unauthorized_client",
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${tenant.domain}'.`,
  );
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value !== null && value !== "") return value;
  throw new LoginRefusal(
    400,
    "invalid_request",
    900144,
    `The request body must contain the following parameter: '${name}'.`,
  );
}

function refusalReply(refusal: LoginRefusal, world: World, requestId: string): Reply {
  const timestamp = new Date(world.clock.now()).toISOString().replace("T", " ").replace(/\.\d+/, "");
  const correlationId = randomUUID();
  const body = {
    error: refusal.error,
    error_description: `AADSTS${refusal.number}: ${refusal.message}\r\nTrace ID: ${requestId}\r\nCorrelation ID: ${correlationId}\r\nTimestamp: ${timestamp}`,
    error_codes: [refusal.number],
    timestamp,
    trace_id: requestId,
    correlation_id: correlationId,
  };
  return { status: refusal.status, headers: json, body: JSON.stringify(body) };
}
