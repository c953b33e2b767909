import type { GenerationMessage, RealtimeConnection } from '@lockngen/client';
import { FrameBatch } from '../generations/frame-batch';

export interface LogEntry {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: string;
  readonly text: string;
}

export interface Recording {
  /** Newest first. */
  readonly log: readonly LogEntry[];
  /** From the watcher's timestamp to the frame in which this page showed the event, in milliseconds. */
  readonly latencies: readonly number[];
}

const logLimit = 300;
const latencyLimit = 5_000;

const empty: Recording = { log: [], latencies: [] };

/** Records messages of the connection while the page is open. */
export class EventRecorder {
  readonly #connection: RealtimeConnection;
  readonly #listeners = new Set<() => void>();
  readonly #batch = new FrameBatch(() => this.#publish());
  /** Timestamps of events that have not been painted yet. */
  #unpainted: number[] = [];
  #current = empty;
  #published = empty;
  #next = 0;
  #stop: (() => void) | undefined;

  constructor(connection: RealtimeConnection) {
    this.#connection = connection;
  }

  readonly getSnapshot = (): Recording => this.#published;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#stop ??= this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        this.#stop?.();
        this.#stop = undefined;
      }
    };
  };

  readonly clear = (): void => {
    this.#current = empty;
    this.#batch.schedule();
  };

  note(type: string, content: unknown): void {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const entry = { id: this.#next++, at: Date.now(), type, text };
    this.#current = { ...this.#current, log: [entry, ...this.#current.log].slice(0, logLimit) };
    this.#batch.schedule();
  }

  #start(): () => void {
    const stops = [
      this.#connection.subscribeAll((message) => this.#hear(message)),
      this.#connection.on('state', ({ status, transport, error }) =>
        this.note('connection', { status, transport, error: error?.message }),
      ),
      this.#connection.on('unknown', ({ raw, reason }) => this.note('unknown', { reason, raw })),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }

  #hear(message: GenerationMessage): void {
    // A snapshot may describe old events.
    if (message.type !== 'generation.snapshot' && message.type !== 'subscription.gap') {
      this.#unpainted.push(Date.parse(message.timestamp));
    }
    this.note(message.type, message);
  }

  #publish(): void {
    const now = performance.timeOrigin + performance.now();
    const measured = this.#unpainted.map((timestamp) => now - timestamp);
    this.#unpainted = [];
    this.#current = { ...this.#current, latencies: [...this.#current.latencies, ...measured].slice(-latencyLimit) };
    this.#published = this.#current;
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}
