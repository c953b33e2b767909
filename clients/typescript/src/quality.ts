/** The quality of the connection. Counters start when the connection is created. */
export interface ConnectionQuality {
  /** Round trip of the last ping, in milliseconds; null before the first pong, and on SSE and polling. */
  readonly latencyMs: number | null;
  /** Moving average of the round trips. */
  readonly averageLatencyMs: number | null;
  readonly received: number;
  /** Messages that could not be used, progress that a slow handler missed, and losses that the gateway announced. */
  readonly dropped: number;
  /** dropped / (received + dropped), 0 to 1. */
  readonly dropRate: number;
  /** Connections that were restored after a loss. */
  readonly reconnects: number;
  /** Moving average of the time that handlers take for one message, in milliseconds. */
  readonly processingMs: number;
  /** Messages received, but not yet delivered to their handlers. */
  readonly queued: number;
}

/** Weight of the newest sample in the moving averages. */
const alpha = 0.2;

export class QualityMeter {
  #latency: number | null = null;
  #averageLatency: number | null = null;
  #processing = 0;
  #received = 0;
  #dropped = 0;
  #reconnects = 0;
  #isLost = false;

  latency(ms: number): void {
    this.#latency = ms;
    this.#averageLatency =
      this.#averageLatency === null ? ms : this.#averageLatency + alpha * (ms - this.#averageLatency);
  }

  received(): void {
    this.#received++;
  }

  dropped(count = 1): void {
    this.#dropped += count;
  }

  lost(): void {
    this.#isLost = true;
  }

  connected(): void {
    this.#reconnects += this.#isLost ? 1 : 0;
    this.#isLost = false;
  }

  processed(ms: number): void {
    this.#processing += alpha * (ms - this.#processing);
  }

  read(queued: number): ConnectionQuality {
    const total = this.#received + this.#dropped;
    return {
      latencyMs: this.#latency,
      averageLatencyMs: this.#averageLatency,
      received: this.#received,
      dropped: this.#dropped,
      dropRate: total === 0 ? 0 : this.#dropped / total,
      reconnects: this.#reconnects,
      processingMs: this.#processing,
      queued,
    };
  }
}
