/** The gateway's close codes, and what this client does about each. */
export const CloseCode = {
  /** Nothing more will be sent. Reconnects only while a subscription is unfinished. */
  done: 1000,
  /** The replica is stopping, usually after `server.draining`: reconnects to another replica after the announced delay. */
  goingAway: 1001,
  /** The connection broke: reconnects with backoff. */
  abnormal: 1006,
  /** Not allowed: requests a new token once, then gives up. */
  notAllowed: 1008,
  /** Over capacity: waits longer before it tries again. */
  tryAgainLater: 1013,
  /** No sign of life from the other side: reconnects with backoff. */
  heartbeatTimeout: 4408,
  /** This client read too slowly: reconnects with backoff and resumes. */
  tooSlow: 4429,
} as const;
