import type { Household } from "../../simulator/household.ts";
import type { createRandom } from "../../simulator/graph/random.ts";
import { appleObject, daily, dayAfter, meeting, utcText } from "../integration/people-and-times.ts";

const icloudUser = "sean@icloud.com";

/** A stream of changes at the sources, as people make them: new, edited, removed, moved, a series, a cancelled day. */
export function createChanges(household: Household, random: ReturnType<typeof createRandom>) {
  const { graph, icloud, mailboxes } = household;
  const made: Array<{ mailbox: string; event: string }> = [];
  let number = 0;
  const some = <T>(items: readonly T[]): T | undefined => items[random.integer(0, items.length - 1)];
  const on = (): string => dayAfter(Date.now(), random.integer(1, 200));

  const steps: ReadonlyArray<() => void> = [
    () => {
      number += 1;
      const mailbox = random.chance(0.5) ? mailboxes.agency : mailboxes.company;
      const event = random.chance(0.3)
        ? daily(`Series ${number}`, on(), {}, 5)
        : meeting(`Meeting ${number}`, on());
      made.push({ mailbox, event: graph.createEvent({ mailbox, event }).immutableId });
    },
    () => {
      number += 1;
      const times = { start: utcText(on(), "1500"), end: "" };
      const object = { uid: `kills-${number}`, summary: `Party ${number}`, ...times };
      const end = object.start.replace("T15", "T16");
      icloud.control.putObject(icloudUser, "family", `p${number}.ics`, appleObject({ ...object, end }));
    },
    () => {
      number += 1;
      const name = some(made);
      if (name !== undefined) graph.updateEvent({ ...name, changes: { subject: `Edited ${number}` } });
    },
    () => {
      const name = some(made);
      if (name !== undefined) graph.moveEvent({ ...name, to: random.chance(0.5) ? "Projects" : "Calendar" });
    },
    () => {
      const name = made.shift();
      if (name !== undefined) graph.deleteEvent(name);
    },
    () => {
      const name = some(
        Object.keys(icloud.control.objects(icloudUser, "family")).filter((it) => it.startsWith("p")),
      );
      if (name !== undefined) icloud.control.deleteObject(icloudUser, "family", name);
    },
  ];
  return {
    /** Makes a few. */
    make(count: number): void {
      for (let done = 0; done < count; done += 1) {
        const step = random.chance(0.4) ? steps[0] : some(steps);
        step?.();
      }
    },
    /** The servers forget what they had told: everything is read again. */
    forgetCheckpoints(): void {
      graph.forgetSyncStates();
      for (const calendar of ["home", "family"]) icloud.control.expireTokens(icloudUser, calendar);
    },
  };
}
