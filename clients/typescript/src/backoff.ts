export interface BackoffOptions {
  /** Upper bound of the first delay, in milliseconds. Default 1,000. */
  initialMs?: number;
  /** Default 1.5. */
  factor?: number;
  /** No delay is longer, in milliseconds. Default 30,000. */
  maxMs?: number;
}

/** The delay before attempt `attempt` (from 0): between half and all of the nominal value, so that clients do not all reconnect at the same time. */
export function backoffDelay(
  attempt: number,
  { initialMs = 1_000, factor = 1.5, maxMs = 30_000 }: BackoffOptions = {},
  random: () => number = Math.random,
): number {
  const nominal = Math.min(maxMs, initialMs * factor ** attempt);
  return nominal * (0.5 + random() / 2);
}

/** A delay requested by the server or the breaker: never shorter, and up to a quarter longer, so that clients do not all reconnect at the same time. */
export function jittered(ms: number): number {
  return ms * (1 + Math.random() / 4);
}
