import type { Calendar } from "./model.ts";
import type { Identifiers } from "./world.ts";

/** What one initial round opened and its links carry on: a calendar and a span. */
export type SyncState = {
  readonly number: number;
  readonly calendar: Calendar;
  /** The path under which delta was asked for; links come back on it. */
  readonly path: string;
  readonly from: number;
  readonly until: number;
  highest: number;
  /** Tokens by generation, for forgetting them. */
  readonly issued: { readonly generation: number; readonly token: string }[];
};

/** One thing that a round has to deliver. */
export type Delivery =
  | (Returning & { readonly kind: "item"; readonly outdated: boolean })
  | (Returning & { readonly kind: "instance"; readonly day: number })
  | (Returning & { readonly kind: "removed"; readonly id: string });

/** `returned`: the item left the calendar and stands in it again, under another default id. */
type Returning = { readonly immutableId: string; readonly returned: boolean };

/** A round: units that belong together, and the place in the log where the next round begins. */
export type Round = { readonly units: readonly (readonly Delivery[])[]; readonly logEnd: number };

/** Where a link goes on: within a round, or after one. */
export type Position =
  | {
      readonly kind: "skip";
      readonly round: Round;
      readonly unit: number;
      readonly offset: number;
      readonly page: number;
    }
  | { readonly kind: "delta"; readonly logStart: number };

export type Link = { readonly state: SyncState; readonly generation: number; readonly position: Position };

/** What is known about a token that came in: a link, or why it is none. */
type TokenLookup =
  | { readonly kind: "link"; readonly link: Link }
  | { readonly kind: "forgotten"; readonly generation: number; readonly highest: number }
  | { readonly kind: "malformed" };

/** All sync states of a simulator, in memory: a restart forgets them, as a service migration does. */
export type SyncStates = {
  open(
    calendar: Calendar,
    path: string,
    window: { readonly from: number; readonly until: number },
  ): SyncState;
  /** Makes the token that follows `generation` and forgets those that fall out of the last `kept`. */
  issue(state: SyncState, generation: number, position: Position, kept: number): string;
  find(token: string, path: string): TokenLookup;
  /** Forgets what belongs to matching calendars. */
  forget(matches: (calendar: Calendar) => boolean): void;
};

/** An empty collection of sync states. */
export function createSyncStates(identifiers: Identifiers): SyncStates {
  const links = new Map<string, Link>();
  const states = new Set<SyncState>();
  let lastNumber = 0;
  return {
    open: (calendar, path, { from, until }) => {
      lastNumber += 1;
      const state: SyncState = { number: lastNumber, calendar, path, from, until, highest: 0, issued: [] };
      states.add(state);
      return state;
    },
    issue: (state, after, position, kept) => {
      const generation = after + 1;
      state.highest = Math.max(state.highest, generation);
      // Signs that have a meaning in URLs, so that decoding and encoding a link on the way breaks it.
      lastNumber += 1;
      const seal = identifiers.hash(`token ${state.number} ${lastNumber}`).slice(0, 32);
      const token = `R0usmc${state.number.toString(36)}.${generation.toString(36)}.${seal.replaceAll("-", "+")}+=`;
      links.set(token, { state, generation, position });
      state.issued.push({ generation, token });
      while (state.issued[0] !== undefined && state.issued[0].generation <= state.highest - kept) {
        const oldest = state.issued.shift();
        if (oldest !== undefined) links.delete(oldest.token);
      }
      return token;
    },
    find: (token, path) => {
      const link = links.get(token);
      if (link?.state.path === path) return { kind: "link", link };
      const parts = /^R0usmc([0-9a-z]+)\.([0-9a-z]+)\.[\w+]{32}\+=$/.exec(token);
      if (parts === null) return { kind: "malformed" };
      const number = Number.parseInt(parts[1] ?? "", 36);
      const generation = Number.parseInt(parts[2] ?? "", 36);
      const state = [...states].find((candidate) => candidate.number === number);
      return { kind: "forgotten", generation, highest: state?.highest ?? generation + 8 };
    },
    forget: (matches) => {
      for (const state of states) {
        if (!matches(state.calendar)) continue;
        for (const { token } of state.issued) links.delete(token);
        states.delete(state);
      }
    },
  };
}
