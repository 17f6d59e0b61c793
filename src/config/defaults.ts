/** What holds where the configuration says nothing. The schema shows these values to editors. */
export const defaults = {
  schedule: { pull: "*/2 * * * *", audit: "15 3 * * *", report: "0 7 * * *" },
  window: { past: "90d", future: "540d", rebase: "30d" },
  guard: { removals: 10, removal_share: "10%", emptying: 5, rewrites: 10, rewrite_share: "50%" },
  freshness: { pull: "1h", audit: "36h" },
  journal: { keep: "30d", size: "500MB" },
  alerts: { repeat: "24h" },
  log: { level: "info" },
  auth: "auto",
  icloudUrl: "https://caldav.icloud.com/",
  calendars: "all",
  priority: 1,
  mode: "read-only",
  enabled: true,
  apart: false,
} as const;
