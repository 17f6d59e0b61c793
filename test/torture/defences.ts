/** A line of the program that keeps one kind of failure out, and the test that misses it when it is gone. */
export type Defence = {
  /** The kind of failure, in the owner's words. */
  readonly failure: string;
  readonly defence: string;
  /** In the project's folder. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly project: "unit" | "contract" | "integration";
  readonly test: string;
  /** Title of the test, without those of its groups. */
  readonly title: string;
};

/** Kinds of failure that calendar synchronisation is known for, each with at least one defence. */
export const defences: readonly Defence[] = [
  {
    failure: "A failed read is taken for an empty calendar",
    defence: "A listing without calendars counts only where the server shows the home itself.",
    file: "src/dav/calendars.ts",
    find: "if (calendars.length === 0 && !responses.some(",
    replace: "if (calendars.length < 0 && !responses.some(",
    project: "unit",
    test: "test/unit/dav/calendars.test.ts",
    title: "believes in no calendars only where the home itself is listed",
  },
  {
    failure: "A failed read is taken for an empty calendar",
    defence: "Half an object in a multiget is no object: it is read by itself.",
    file: "src/dav/multiget.ts",
    find: "if (isSuccess(status) && isWholeObject(data)) {",
    replace: 'if (isSuccess(status) && data !== "" && isWholeObject !== null) {',
    project: "unit",
    test: "test/unit/dav/multiget.test.ts",
    title: "takes half an object for no answer",
  },
  {
    failure: "A failed read is taken for an empty calendar",
    defence: "An event that only lists lack is asked for again an hour later.",
    file: "src/reconcile/pull/believe-removal.ts",
    find: "if (now - unlistedSince >= doubtMs) return settlement;",
    replace: "if (now - unlistedSince >= 0) return settlement;",
    project: "unit",
    test: "test/unit/reconcile/doubted-removals.test.ts",
    title: "stays for an hour, in which it is told of and nothing else is called in question",
  },
  {
    failure: "Events at the edge of the window vanish",
    defence: "An event that Graph calls removed and that still stands somewhere is kept.",
    file: "src/sources/graph/tombstone.ts",
    find: "if (!isThere) return {",
    replace: "if (isThere || !isThere) return {",
    project: "unit",
    test: "test/unit/graph/tombstone.test.ts",
    title: "of an event that only left the window brings its new body",
  },
  {
    failure: "Reading by changes never ends, or loses its place",
    defence: "Pages of one content under ever new links end in a plain listing.",
    file: "src/sources/graph/page-guard.ts",
    find: "seen > limits.sightings",
    replace: "seen > limits.pages",
    project: "unit",
    test: "test/unit/graph/endless-pages.test.ts",
    title: "of one content under ever new links end in the plain view",
  },
  {
    failure: "Copies of one meeting breed",
    defence: "All instances and copies of a meeting have one clean UID.",
    file: "src/calendar/identity.ts",
    find: "return { uid: `${hex.slice(0, dateAt)}00000000${hex.slice(dateAt + 8)}`, instanceDate };",
    replace: "return { uid: hex, instanceDate };",
    project: "unit",
    test: "test/unit/calendar/identity.test.ts",
    title: "is the same for the series and for each of its instances, in either case",
  },
  {
    failure: "The same is written over and over",
    defence: "What is recorded as written is not written again.",
    file: "src/reconcile/plan.ts",
    find: "if (mapping.desiredFingerprint !== winner.fingerprint) {",
    replace: "if (mapping.desiredFingerprint !== null) {",
    project: "unit",
    test: "test/unit/reconcile/plan.property.test.ts",
    title: "needs nothing more once its plan is carried out",
  },
  {
    failure: "Removed occurrences of a series stay",
    defence: "What the rule gives and a complete reading of the instances lacks is left out.",
    file: "src/sources/graph/translate/exclusions.ts",
    find: "...cancelled, ...gaps(series, clock, starts)]",
    replace: "...cancelled]",
    project: "unit",
    test: "test/unit/graph-translate/series-instances.test.ts",
    title: "leaves out the gaps of a complete read of instances, but none beside its window",
  },
  {
    failure: "Whole days move by a day, meetings by hours",
    defence: "The dates of a whole day are taken as they stand, in whatever zone they come.",
    file: "src/sources/graph/translate/graph-time.ts",
    find: "const first = midnight(start);",
    replace:
      "const first = midnight(namedZone(event.originalStartTimeZone)?.zone.toInstant(start) ?? start);",
    project: "unit",
    test: "test/unit/graph-translate/single.test.ts",
    title: "takes the dates of a whole day as they stand, in whatever zone they were read",
  },
  {
    failure: "People are mailed",
    defence: "Every write tells the server to write to nobody.",
    file: "src/dav/write.ts",
    find: 'const silently = { "schedule-reply": "F" };',
    replace: "const silently = {};",
    project: "unit",
    test: "test/unit/dav/write.test.ts",
    title: "always carries a condition, and asks for no mail",
  },
  {
    failure: "What was removed comes back, what belongs to nobody stays",
    defence: "An event of a source that is out of use is never written anew.",
    file: "src/reconcile/plan.ts",
    find: "const wanted = winner.retired ? losing(state) : winner;",
    replace: "const wanted = winner;",
    project: "unit",
    test: "test/unit/reconcile/plan.property.test.ts",
    title:
      "never writes for a covered candidate, nor for a retired one but what was lost of it, nor what was refused",
  },
  {
    failure: "A connection hangs and everything stands still in silence",
    defence: "A server that does not answer in time is given up.",
    file: "src/http/exchange-watch.ts",
    find: 'this.#stop.abort(new RemoteError("transient", message, { code: "ETIMEDOUT" }));',
    replace: 'void new RemoteError("transient", message, { code: "ETIMEDOUT" });',
    project: "unit",
    test: "test/unit/http/time-outs.test.ts",
    title: "end the wait for headers",
  },
  {
    failure: "The calendar server is set back, and its clients go blind",
    defence: "A sync token ahead of the server's own is not believed.",
    file: "src/sources/icloud/changes.ts",
    find: "if (token !== null && isEmpty(changes)) await refuseTokenAhead(",
    replace: "if (token === null && isEmpty(changes)) await refuseTokenAhead(",
    project: "unit",
    test: "test/unit/icloud/round.test.ts",
    title: "does not trust silence when its token is ahead of the server's",
  },
];
