import { contentOf, defaultContent, place, placeAgain, readSpan } from "./event-input.ts";
import type { EventInput } from "./event-input.ts";
import { foreignICalUId, newDefaultId, newICalUId, newImmutableId } from "./ids.ts";
import { instanceOn } from "./instances.ts";
import { dayOf, formatDay, formatWall } from "./local-time.ts";
import type { Calendar, Exception, Folder, Item } from "./model.ts";
import { notifyOfChange } from "./notifications/change-notifications.ts";
import type { ChangeType } from "./notifications/subscription.ts";
import { expandDays } from "./recurrence.ts";
import type { MonthEnd } from "./recurrence.ts";
import { switchesFor } from "./world.ts";
import type { World } from "./world.ts";

/** Stores a new event or series. */
export function createItem(world: World, calendar: Calendar, input: EventInput): Item {
  const { folder } = calendar;
  const now = world.clock.now();
  const item: Item = {
    ...place(input, monthEndOf(world, calendar)),
    immutableId: newImmutableId(world.identifiers, folder.owner),
    id: newDefaultId(world.identifiers, folder.owner),
    revision: world.identifiers.next(),
    created: now,
    modified: now,
    iCalUId:
      input.iCalUId ??
      (input.foreignUid === undefined
        ? newICalUId(world.identifiers, now)
        : foreignICalUId(input.foreignUid)),
    content: defaultContent(folder.owner, input),
    exceptions: new Map(),
    cancelled: new Set(),
    previous: null,
  };
  return put(world, folder, item, "created");
}

/** Changes an event or a whole series. A new time or pattern drops a series' exceptions, as Outlook does. */
export function updateItem(world: World, calendar: Calendar, item: Item, changes: Partial<EventInput>): Item {
  const moved = ["start", "end", "isAllDay", "recurrence"].some((name) => Object.hasOwn(changes, name));
  return store(world, calendar.folder, item, {
    ...placeAgain(item, item.span, changes, monthEndOf(world, calendar)),
    content: { ...item.content, ...contentOf(changes) },
    ...(moved ? { exceptions: new Map<number, Exception>(), cancelled: new Set<number>() } : {}),
  });
}

/** Deletes an event or a whole series. */
export function deleteItem(world: World, calendar: Calendar, item: Item): void {
  const { folder } = calendar;
  folder.items.delete(item.immutableId);
  folder.immutableIds.delete(item.id);
  log(world, folder, item, "deleted");
}

/** Moves an event to another calendar of the same mailbox. Its default id changes. */
export function moveItem(world: World, from: Calendar, to: Calendar, item: Item): Item {
  deleteItem(world, from, item);
  const moved: Item = {
    ...item,
    id: newDefaultId(world.identifiers, to.folder.owner),
    revision: world.identifiers.next(),
    modified: world.clock.now(),
    previous: null,
  };
  return put(world, to.folder, moved, "created");
}

/** Deletes one occurrence of a series, by its original day. */
export function cancelOccurrence(world: World, calendar: Calendar, item: Item, day: number): Item {
  if (instanceOn(item, day, monthEndOf(world, calendar)) === null) throw noOccurrence(item, day);
  const exceptions = new Map(item.exceptions);
  exceptions.delete(day);
  return store(world, calendar.folder, item, {
    exceptions,
    cancelled: new Set([...item.cancelled, day]),
  });
}

/** Changes time or content of one occurrence, which makes it an exception. */
export function alterOccurrence(
  world: World,
  calendar: Calendar,
  item: Item,
  day: number,
  changes: Partial<EventInput>,
): Item {
  const instance = instanceOn(item, day, monthEndOf(world, calendar));
  if (instance === null) throw noOccurrence(item, day);
  const { startWall, endWall } = instance.span;
  const span = readSpan(
    changes.start ?? { dateTime: formatWall(startWall), timeZone: item.zone },
    changes.end ?? { dateTime: formatWall(endWall), timeZone: item.zone },
    item.isAllDay,
    item.zone,
  );
  refuseCrossing(item, day, dayOf(span.startWall), monthEndOf(world, calendar));
  const content = { ...instance.exception?.content, ...contentOf(changes) };
  return store(world, calendar.folder, item, {
    exceptions: new Map([...item.exceptions, [day, { span, content }]]),
  });
}

/** An exception may not reach the day of the occurrence before or after it. */
function refuseCrossing(item: Item, day: number, target: number, monthEnd: MonthEnd): void {
  if (item.recurrence === null) return;
  const first = dayOf(item.span.startWall);
  const before = [...expandDays(item.recurrence, first, day - 1, monthEnd)].findLast(
    (other) => !item.cancelled.has(other),
  );
  const after = expandDays(item.recurrence, day + 1, Number.POSITIVE_INFINITY, monthEnd)
    .filter((other) => !item.cancelled.has(other))
    .next().value;
  const dayNow = (other: number): number =>
    dayOf(item.exceptions.get(other)?.span.startWall ?? other * 86_400_000);
  if (
    (before !== undefined && target <= dayNow(before)) ||
    (after !== undefined && target >= dayNow(after))
  ) {
    throw new Error(
      `ErrorOccurrenceCrossingBoundary: ${formatDay(day)} cannot move to ${formatDay(target)}: a neighbour is there.`,
    );
  }
}

function noOccurrence(item: Item, day: number): Error {
  return new Error(`ErrorItemNotFound: "${item.content.subject}" has no occurrence on ${formatDay(day)}.`);
}

function monthEndOf(world: World, calendar: Calendar): MonthEnd {
  return switchesFor(world, calendar.folder.owner, calendar).monthEnd;
}

function store(world: World, folder: Folder, item: Item, changes: Partial<Item>): Item {
  const changed: Item = {
    ...item,
    ...changes,
    revision: world.identifiers.next(),
    modified: world.clock.now(),
    previous: { ...item, previous: null },
  };
  return put(world, folder, changed, "updated");
}

function put(world: World, folder: Folder, item: Item, change: "created" | "updated"): Item {
  folder.items.set(item.immutableId, item);
  folder.immutableIds.set(item.id, item.immutableId);
  log(world, folder, item, change);
  return item;
}

function log(world: World, folder: Folder, item: Item, change: ChangeType): void {
  const kind = change === "deleted" ? "removed" : "stored";
  folder.log.push({ at: world.clock.now(), kind, id: item.id, immutableId: item.immutableId });
  notifyOfChange(world, folder.owner, item, change);
}
