/** iCloud is asked at most once in this time per account: Apple publishes no limit, and throttles for hours. */
export const icloudPollFloorMs = 60_000;
