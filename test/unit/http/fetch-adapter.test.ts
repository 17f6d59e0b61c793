import { describe, expect, it } from "vitest";
import { createFetch } from "../../../src/http/fetch-adapter.ts";
import { RemoteError } from "../../../src/http/remote-error.ts";
import type { HttpRequest, HttpResponse } from "../../../src/http/transport.ts";

const answer = (status: number, headers: Record<string, string> = {}, text = ""): HttpResponse => ({
  status,
  headers: new Map(Object.entries(headers)),
  body: new TextEncoder().encode(text),
  text,
});

function recording(response: HttpResponse) {
  const sent: HttpRequest[] = [];
  const send = async (request: HttpRequest) => {
    sent.push(request);
    return response;
  };
  return { sent, fetch: createFetch({ send }) };
}

function bodyOf(request: HttpRequest | undefined): string {
  const body = request?.body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : (body ?? "");
}

describe("createFetch", () => {
  it("passes method, URL, headers and body on and returns a real Response", async () => {
    const { sent, fetch } = recording(answer(207, { "content-type": "text/xml", etag: '"1"' }, "<x/>"));
    const response = await fetch("https://dav.example/c/?q=1", {
      method: "PROPFIND",
      headers: { Depth: "1", "Content-Type": "text/xml" },
      body: "<propfind/>",
    });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      method: "PROPFIND",
      headers: { depth: "1", "content-type": "text/xml" },
    });
    expect(sent[0]?.url.href).toBe("https://dav.example/c/?q=1");
    expect(bodyOf(sent[0])).toBe("<propfind/>");
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.ok, response.url]).toEqual([207, true, "https://dav.example/c/?q=1"]);
    expect(response.headers.get("etag")).toBe('"1"');
    expect(await response.text()).toBe("<x/>");
  });

  it("takes a Request, and lets init override it", async () => {
    const { sent, fetch } = recording(answer(200));
    await fetch(new Request("https://dav.example/", { method: "POST", body: "a" }), {
      method: "PUT",
      body: "b",
    });
    expect(sent[0]?.method).toBe("PUT");
    expect(bodyOf(sent[0])).toBe("b");
  });

  it("hands a redirect out instead of following it", async () => {
    const { sent, fetch } = recording(answer(302, { location: "https://elsewhere.example/" }));
    const response = await fetch("https://dav.example/");
    expect([response.status, response.headers.get("location")]).toEqual([302, "https://elsewhere.example/"]);
    expect(sent).toHaveLength(1);
  });

  it.each([204, 304])("makes a response without a body of a %d", async (status) => {
    const { fetch } = recording(answer(status));
    const response = await fetch("https://dav.example/");
    expect([response.status, response.body]).toEqual([status, null]);
  });

  it("drops the headers that described the body as it travelled, and splits cookies", async () => {
    const { fetch } = recording(
      answer(200, { "content-encoding": "gzip", "content-length": "9", "set-cookie": "a=1\nb=2" }, "text"),
    );
    const response = await fetch("https://dav.example/");
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(response.headers.get("content-length")).toBeNull();
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("passes the signal on and the transport's error back", async () => {
    const stop = new AbortController();
    const error = new RemoteError("transient", "down");
    const fetch = createFetch({
      async send({ signal }) {
        stop.abort();
        expect(signal?.aborted).toBe(true);
        throw error;
      },
    });
    await expect(fetch("https://dav.example/", { signal: stop.signal })).rejects.toBe(error);
  });

  it("refuses a status that is none", async () => {
    const { fetch } = recording(answer(999));
    await expect(fetch("https://dav.example/a?token=x")).rejects.toMatchObject({
      kind: "protocol",
      status: 999,
    });
  });
});
