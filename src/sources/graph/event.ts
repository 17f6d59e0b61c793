import { RemoteError } from "../../http/remote-error.ts";
import type { NativeEvent } from "../source.ts";
import { isObject, type JsonObject, stringAt } from "./json.ts";
import { type GraphEvent, type GraphNative, serialiseNative, typeOf } from "./native.ts";

/** An event with an id; nothing else of it is proven. */
export type IdentifiedEvent = GraphEvent & { readonly id: string };

/** @throws RemoteError `protocol` for an event without an id. */
export function asEvent(value: JsonObject, attempted: string): IdentifiedEvent {
  const id = stringAt(value, "id");
  if (id === undefined || id === "")
    throw new RemoteError("protocol", `${attempted} gave an event without an id`);
  return { ...(value as GraphEvent), id };
}

/** What the event is, judged by its content where `type` is missing. */
export function kindOf(event: GraphEvent): "single" | "master" | "instance" {
  const type = typeOf(event);
  if (type === "singleInstance") return "single";
  if (type === "seriesMaster") return "master";
  if (type !== null || event.seriesMasterId) return "instance";
  return event.recurrence ? "master" : "single";
}

/** False for the stubs that delta gives of some items: they must be read again. */
export function isFull(event: GraphEvent): boolean {
  return isObject(event.start) && isObject(event.end) && "subject" in event && "iCalUId" in event;
}

/** The event without what describes the answer rather than the event. */
export function bare(event: IdentifiedEvent): IdentifiedEvent {
  const kept = Object.entries(event).filter(([key]) => !key.includes("@odata.") || key === "@odata.etag");
  return { ...(Object.fromEntries(kept) as GraphEvent), id: event.id };
}

/** The staged form of a single event or a whole series. */
export function stage(nativeId: string, native: GraphNative): NativeEvent {
  const event = native.kind === "single" ? native.event : native.master;
  return { nativeId, etag: event["@odata.etag"] ?? null, native: serialiseNative(native) };
}
