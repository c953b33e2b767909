export interface HeartbeatOptions {
  /** Between two pings, in milliseconds. Default 30,000. */
  intervalMs?: number;
  /** How long a pong may take, in milliseconds. Default 10,000. */
  timeoutMs?: number;
}

interface HeartbeatActions {
  ping(id: number): void;
  /** A pong was received. */
  answered(latencyMs: number): void;
  /** No pong in time. */
  missed(): void;
}

/** Pings at an interval, and detects a connection that only appears to be alive. */
export class Heartbeat {
  readonly #actions: HeartbeatActions;
  readonly #interval: ReturnType<typeof setInterval>;
  readonly #timeoutMs: number;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #id = 0;
  #sentAt = 0;

  constructor({ intervalMs = 30_000, timeoutMs = 10_000 }: HeartbeatOptions, actions: HeartbeatActions) {
    this.#actions = actions;
    this.#timeoutMs = timeoutMs;
    this.#interval = setInterval(() => this.beat(), intervalMs);
  }

  /** Pings now, unless a pong is still expected. */
  beat(): void {
    if (this.#deadline !== undefined) {
      return;
    }
    this.#sentAt = performance.now();
    this.#deadline = setTimeout(() => {
      this.stop();
      this.#actions.missed();
    }, this.#timeoutMs);
    this.#actions.ping(++this.#id);
  }

  pong(id: unknown): void {
    if (Number(id) === this.#id && this.#deadline !== undefined) {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
      this.#actions.answered(performance.now() - this.#sentAt);
    }
  }

  stop(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }
}
