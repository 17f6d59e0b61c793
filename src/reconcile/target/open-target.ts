import type { TargetCollection } from "../../sink/sink.ts";
import { type Target, updateTarget } from "../../store/targets.ts";
import type { ConfiguredTarget, Context } from "../context.ts";
import { surveyTarget } from "./survey.ts";

/** How long a collection that was opened is taken to be as it was left: there, named, coloured, shared. */
const openIntervalMs = 15 * 60_000;

/**
 * The target's collection: opened in full now and then, and else reached by its bound href without a request; to be
 * looked at only (`isLookOnly`) always, unless it failed.
 */
export async function reachTarget(
  context: Context,
  configured: ConfiguredTarget,
  target: Target,
  signal: AbortSignal,
  isLookOnly = false,
): Promise<TargetCollection> {
  const age = context.clock.now() - (target.opened_at?.getTime() ?? 0);
  const isFresh = age >= 0 && age < openIntervalMs && target.opened_as === lookOf(configured);
  const isAttached = isFresh || (isLookOnly && target.opened_at !== null);
  if (target.href !== null && isAttached) return context.sink.attachTarget(target.href);
  return openTarget(context, configured, target, signal);
}

/** Opens the target's collection, or makes it, and takes into account what already stands there. */
export async function openAndSurvey(
  context: Context,
  configured: ConfiguredTarget,
  target: Target,
  signal: AbortSignal,
): Promise<TargetCollection> {
  const collection = await openTarget(context, configured, target, signal);
  const survey = await surveyTarget(context, target, collection, signal);
  if (survey.found + survey.foreign + survey.unread > 0) {
    context.log.info({ target: target.id, ...survey }, "looked at what stands in the target");
  }
  return collection;
}

/** The same for a plan that writes nothing: a collection that is yet to be made is not remembered as bound. */
export async function surveyWithoutWriting(
  context: Context,
  configured: ConfiguredTarget,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const collection = await context.sink.openTarget({ ...configured, writable: false }, target.href, signal);
  if (!collection.created) await surveyTarget(context, target, collection, signal);
}

async function openTarget(
  context: Context,
  configured: ConfiguredTarget,
  target: Target,
  signal: AbortSignal,
): Promise<TargetCollection> {
  const collection = await context.sink.openTarget({ ...configured, writable: false }, target.href, signal);
  await updateTarget(context.db, target.id, {
    href: collection.href,
    opened_at: new Date(context.clock.now()).toISOString(),
    opened_as: lookOf(configured),
  });
  for (const warning of collection.warnings) context.log.warn({ target: target.id }, warning);
  return collection;
}

function lookOf({ name, color }: ConfiguredTarget): string {
  return JSON.stringify([name, color]);
}
