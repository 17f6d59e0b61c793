import type { Clock } from "../../http/clock.ts";

/**
 * Of which series the tenant's Graph gives no exceptions and cancellations with the master: learned, and forgotten after
 * a day. One refused series says nothing of the others; several in a row speak for the whole tenant.
 */
export type Expansion = {
  isRefused(seriesId: string): boolean;
  refused(seriesId: string): void;
  /** It was answered, for whatever series. */
  granted(): void;
};

const rememberedMs = 24 * 3_600_000;
const enoughForAll = 5;
const mostRemembered = 1_000;

export function createExpansion(clock: Clock): Expansion {
  const refusedUntil = new Map<string, number>();
  const inARow = new Set<string>();
  let allUntil = 0;
  return {
    isRefused: (id) => clock.uptime() < Math.max(allUntil, refusedUntil.get(id) ?? 0),
    refused: (id) => {
      const until = clock.uptime() + rememberedMs;
      // Put last, so that the first is always the oldest.
      refusedUntil.delete(id);
      refusedUntil.set(id, until);
      const [oldest = id] = refusedUntil.keys();
      if (refusedUntil.size > mostRemembered) refusedUntil.delete(oldest);
      inARow.add(id);
      if (inARow.size < enoughForAll) return;
      inARow.clear();
      allUntil = until;
    },
    granted: () => inARow.clear(),
  };
}
