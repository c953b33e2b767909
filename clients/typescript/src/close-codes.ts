/** The gateway's close codes, and what this client does about each. */
export const CloseCode = {
  /** Nothing more will come. Reconnects only while something unfinished is watched. */
  done: 1000,
  /** The replica goes away, usually after `server.draining`: reconnects after the announced pause, to another replica. */
  goingAway: 1001,
  /** The connection broke: reconnects with backoff. */
  abnormal: 1006,
  /** Not allowed: asks for a fresh token once, then gives up. */
  notAllowed: 1008,
  /** Over capacity: waits longer before it tries again. */
  tryAgainLater: 1013,
  /** No sign of life from the other side: reconnects with backoff. */
  heartbeatTimeout: 4408,
  /** This client read too slowly: reconnects with backoff and resumes. */
  tooSlow: 4429,
} as const;
