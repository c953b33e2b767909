export interface CircuitBreakerOptions {
  /** One attempt more than this within the window opens the breaker. Default 5. */
  maxAttempts?: number;
  /** In milliseconds. Default 60,000. */
  windowMs?: number;
  /** How long it stays open, in milliseconds. Default 60,000. */
  openMs?: number;
}

/** The state of a breaker, in milliseconds since 1970. */
export interface BreakerState {
  readonly attempts: readonly number[];
  readonly openUntil: number;
}

/** Stops connection storms: counts attempts in a sliding window and, past the limit, allows none for a while. */
export class CircuitBreaker {
  readonly #options: Required<CircuitBreakerOptions>;
  #attempts: number[] = [];
  #openUntil = 0;

  constructor({ maxAttempts = 5, windowMs = 60_000, openMs = 60_000 }: CircuitBreakerOptions = {}) {
    this.#options = { maxAttempts, windowMs, openMs };
  }

  get remainingMs(): number {
    return Math.max(0, this.#openUntil - performance.now());
  }

  /** For the next visit of the page, where `performance.now` starts over. */
  save(): BreakerState {
    const epoch = Date.now() - performance.now();
    return { attempts: this.#attempts.map((at) => at + epoch), openUntil: this.#openUntil + epoch };
  }

  /** Restores the state of an earlier visit. Even if the clock was changed meanwhile, it does not stay open longer than usual. */
  restore({ attempts, openUntil }: BreakerState): void {
    const epoch = Date.now() - performance.now();
    const now = performance.now();
    this.#attempts = attempts.map((at) => Math.min(now, at - epoch));
    this.#openUntil = Math.min(now + this.#options.openMs, openUntil - epoch);
  }

  /** Counts an attempt and returns whether it is allowed. */
  tryAttempt(): boolean {
    const now = performance.now();
    if (now < this.#openUntil) {
      return false;
    }
    const { maxAttempts, windowMs, openMs } = this.#options;
    this.#attempts = this.#attempts.filter((at) => now - at < windowMs);
    if (this.#attempts.length >= maxAttempts) {
      this.#attempts = [];
      this.#openUntil = now + openMs;
      return false;
    }
    this.#attempts.push(now);
    return true;
  }
}
