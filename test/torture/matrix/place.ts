import type { FaultRule } from "../../../simulator/fault-proxy/fault.ts";
import type { World } from "./world.ts";

/** A kind of request: the matrix' columns before they are added up. */
export type Place = {
  readonly name: string;
  /** Servers that do not depend on each other: a fault at one leaves the others' work undisturbed. */
  readonly domain: "graph" | "icloud" | "sink";
  /** Whose fault it is: the name that messages must give. */
  readonly blames: RegExp;
  /** How `sync` says that this one went well all the same. */
  readonly isWell: RegExp;
  readonly speaks: "json" | "xml" | "calendar-xml" | "calendar" | "nothing";
  readonly rule: Omit<FaultRule, "fault" | "times">;
  /** What has to be done for the next run to send such a request. */
  readonly prepare?: (world: World) => void | Promise<void>;
  /** Undoes what `prepare` would leave behind. */
  readonly tidy?: (world: World) => void;
  /** There are ETags in the answers. */
  readonly etags?: true;
  /** The answers are lists, as a rule of more than one entry. */
  readonly lists?: true;
};
