/** What change notifications and subscriptions do now and then, or where reports differ. */
export type NotificationSwitches = {
  /** A new event is told of twice: as created and as updated. */
  readonly createdAlsoUpdated: boolean;
  /** From a change to its notification, by the simulator's clock. */
  readonly notificationDelayMs: number;
  /** Notifications of such a span for the same URL go in one request, whosever they are; 0 sends each alone. */
  readonly notificationBatchMs: number;
  /** An answer that takes longer counts as none. Real time, as for the two that follow. */
  readonly deliveryTimeoutMs: number;
  /** An answer that takes longer makes its endpoint slow, then dropped. The connection is given up then. */
  readonly slowResponseMs: number;
  readonly validationTimeoutMs: number;
  /** Graph asks the endpoints for the validation token, or says that it timed out without having asked. */
  readonly validation: "asked" | "never-sent";
  /** Renewal and reauthorization validate the endpoints once more. */
  readonly renewalValidated: boolean;
  /** Documented as 10,080; the service is reported to refuse more than 10,070. Older: 4,230. */
  readonly subscriptionMinutesMax: number;
  /** A life beyond the longest one. */
  readonly expiryBeyondMax: "refused" | "shortened";
  /** No subscription lives longer, whatever is asked for. */
  readonly subscriptionMinutesGranted: number | null;
  /** A second subscription to the same resource and change types (documented as refused, often not). */
  readonly duplicateSubscriptions: "refused" | "allowed";
  /** Subscriptions of all apps to one mailbox. */
  readonly subscriptionsPerMailboxMax: number;
  readonly subscriptionPageSize: number;
  /** Subscribing with grants of RBAC for Applications alone (not known of the real service). */
  readonly subscribingByRbac: "granted" | "denied";
};

/** As documented, with the enforced longest life. */
export const calmNotifications: NotificationSwitches = {
  createdAlsoUpdated: true,
  notificationDelayMs: 0,
  notificationBatchMs: 0,
  deliveryTimeoutMs: 3_000,
  slowResponseMs: 10_000,
  validationTimeoutMs: 10_000,
  validation: "asked",
  renewalValidated: false,
  subscriptionMinutesMax: 10_070,
  expiryBeyondMax: "refused",
  subscriptionMinutesGranted: null,
  duplicateSubscriptions: "refused",
  subscriptionsPerMailboxMax: 1_000,
  subscriptionPageSize: 100,
  subscribingByRbac: "granted",
};
