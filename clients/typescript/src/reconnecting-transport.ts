import { CloseCode } from './close-codes.js';
import { ConnectionMemory, type ConnectionStorage } from './connection-memory.js';
import { type ConnectionState, closedState } from './connection-state.js';
import { ConnectionError } from './errors.js';
import { Heartbeat, type HeartbeatOptions } from './heartbeat.js';
import { type RetryOptions, RetryPolicy } from './retry-policy.js';
import { openTransport } from './transports/open-transport.js';
import {
  type Disconnect,
  isEmpty,
  type Scope,
  type Transport,
  type TransportContext,
  type TransportKind,
} from './transports/transport.js';

export interface ReconnectOptions extends RetryOptions {
  heartbeat?: HeartbeatOptions;
  /** In milliseconds. Default 10,000. */
  connectTimeoutMs?: number;
  /** After a connection has lasted this long, the backoff starts over. In milliseconds, default 10,000. */
  stableMs?: number;
  /**
   * Where the browser keeps the working transport and the state of the breaker, so that a reload does not start over. Default
   * localStorage, if available; null = nowhere.
   */
  storage?: ConnectionStorage | null;
  /** While on a fallback, the best transport is tried again at this interval. In milliseconds, default 60,000. */
  upgradeIntervalMs?: number;
}

interface Callbacks {
  state(state: ConnectionState): void;
  frame(text: string, scope: Scope): void;
  latency(ms: number): void;
}

/** Once any transport works again after all were down, the best one probably does, too. In milliseconds, twice that at most. */
const afterOutageMs = 1_000;

/** The id of the last ping on a connection that is being replaced; those of heartbeats start at 1. */
const lastPing = 0;

/** The maximum number of frames of the next connection that wait for the last ones of the current one. */
const heldLimit = 5_000;

type Timer = ReturnType<typeof setTimeout> | undefined;

/** Keeps one transport open while it is needed: reconnects with backoff, falls back when blocked, and upgrades again. */
export class ReconnectingTransport {
  readonly #context: TransportContext;
  readonly #options: ReconnectOptions;
  readonly #callbacks: Callbacks;
  readonly #policy: RetryPolicy;
  readonly #memory: ConnectionMemory;

  #isWanted = false;
  #transport: Transport | undefined;
  /** A better transport, or one with more types, on trial while the current one continues. */
  #candidate: Transport | undefined;
  /** What an open candidate with more types has received, until the current transport has received everything before it. */
  #held: [text: string, scope: Scope][] | undefined;
  #heartbeat: Heartbeat | undefined;
  #retryTimer: Timer;
  #stableTimer: Timer;
  #upgradeTimer: Timer;

  constructor(context: TransportContext, options: ReconnectOptions, callbacks: Callbacks) {
    this.#context = context;
    this.#options = options;
    this.#callbacks = callbacks;
    this.#memory = new ConnectionMemory(context.realtimeUrl, options.storage);
    this.#policy = new RetryPolicy(options, context.WebSocket !== undefined, context.credentials, this.#memory.read());
  }

  open(): void {
    if (!this.#isWanted) {
      this.#isWanted = true;
      globalThis.addEventListener?.('online', this.#online);
      globalThis.document?.addEventListener('visibilitychange', this.#visible);
      this.#connect();
    }
  }

  close(): void {
    this.#stop();
    this.#policy.stable();
    this.#callbacks.state(closedState);
  }

  update(): void {
    const transport = this.#transport;
    if (transport?.update() && !this.#candidate) {
      clearTimeout(this.#upgradeTimer);
      this.#candidate = this.#start(transport.kind);
    }
  }

  draining(retryAfterMs: number): void {
    this.#policy.draining(retryAfterMs);
  }

  /** Returns whether that is possible now. */
  ping(): boolean {
    this.#heartbeat?.beat();
    return this.#heartbeat !== undefined;
  }

  pong(id: unknown): void {
    if (this.#held && id === lastPing) {
      this.#takeOver();
    } else {
      this.#heartbeat?.pong(id);
    }
  }

  readonly #online = () => {
    if (this.#retryTimer !== undefined && this.#policy.online()) {
      this.#connect();
    }
  };

  /** Timers stop while a device sleeps: after it wakes up, a connection that appears alive may be long dead. */
  readonly #visible = () => {
    if (document.visibilityState === 'visible') {
      this.#heartbeat?.beat();
    }
  };

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    const { transport, attempt } = this.#policy;
    if (isEmpty(this.#context.targets())) {
      this.close();
    } else if (transport) {
      this.#callbacks.state({ status: 'connecting', transport, attempt });
      this.#transport = this.#start(transport);
    } else {
      this.#giveUp({ code: CloseCode.abnormal, reason: 'none of the transports exists here' });
    }
  }

  #start(kind: TransportKind): Transport {
    const transport = openTransport(kind, this.#context, this.#options.connectTimeoutMs ?? 10_000, {
      opened: () => this.#opened(transport),
      received: (text, scope) => this.#received(transport, text, scope),
      closed: (disconnect, wasOpen) => this.#closed(transport, disconnect, wasOpen),
    });
    return transport;
  }

  #opened(transport: Transport): void {
    if (transport === this.#candidate && this.#isWider(transport)) {
      // The pong follows everything that the server has sent before: nothing is lost between the two.
      this.#held = [];
      this.#heartbeat?.beat();
      this.#transport?.ping?.(lastPing);
      return;
    }
    if (transport === this.#candidate) {
      this.#replace(transport);
      this.#policy.upgraded();
    }
    this.#begin(transport);
    this.#callbacks.state({ status: 'connected', transport: transport.kind, attempt: 0 });
    this.update();
  }

  /** A candidate of the same kind as the current transport is opened for its types. */
  #isWider(candidate: Transport): boolean {
    return candidate.kind === this.#transport?.kind;
  }

  #takeOver(): void {
    const candidate = this.#candidate;
    const held = this.#held;
    if (candidate && held) {
      this.#replace(candidate);
      this.#begin(candidate);
      for (const [text, scope] of held) {
        this.#callbacks.frame(text, scope);
      }
      this.update();
    }
  }

  #received(transport: Transport, text: string, scope: Scope): void {
    if (!this.#held || transport !== this.#candidate) {
      this.#callbacks.frame(text, scope);
    } else if (this.#held.push([text, scope]) >= heldLimit) {
      this.#takeOver();
    }
  }

  #replace(candidate: Transport): void {
    this.#candidate = undefined;
    this.#release();
    this.#transport = candidate;
  }

  #begin(transport: Transport): void {
    this.#policy.opened();
    this.#memory.write(this.#policy.memory);
    this.#stableTimer = setTimeout(() => this.#policy.stable(), this.#options.stableMs ?? 10_000);
    this.#startHeartbeat(transport);
    this.#planUpgrade(this.#policy.outage ? afterOutageMs * (1 + Math.random()) : this.#upgradeIntervalMs);
  }

  #closed(transport: Transport, disconnect: Disconnect, wasOpen: boolean): void {
    if (transport === this.#candidate && !this.#isWider(transport)) {
      this.#candidate = undefined;
      this.#planUpgrade(this.#upgradeIntervalMs);
      return;
    }
    if (transport !== this.#candidate && this.#held) {
      this.#takeOver();
      return;
    }
    // Without the required types the current one is of no use either: both are closed for a new attempt.
    this.#release();
    if (isEmpty(this.#context.targets())) {
      this.close();
      return;
    }
    const retryInMs = this.#policy.next(disconnect, wasOpen);
    this.#memory.write(this.#policy.memory);
    if (retryInMs === undefined) {
      this.#giveUp(disconnect);
      return;
    }
    const { attempt } = this.#policy;
    this.#callbacks.state({
      status: 'disconnected',
      attempt,
      error: new ConnectionError(disconnect, true),
      retryInMs,
    });
    this.#retryTimer = setTimeout(() => this.#connect(), retryInMs);
  }

  #startHeartbeat(transport: Transport): void {
    if (!transport.ping) {
      return;
    }
    this.#heartbeat = new Heartbeat(this.#options.heartbeat ?? {}, {
      ping: (id) => transport.ping?.(id),
      answered: this.#callbacks.latency,
      missed: () => this.#closed(transport, { code: CloseCode.heartbeatTimeout, reason: 'no pong' }, true),
    });
    this.#heartbeat.beat();
  }

  get #upgradeIntervalMs(): number {
    return this.#options.upgradeIntervalMs ?? 60_000;
  }

  #planUpgrade(delayMs: number): void {
    const { best } = this.#policy;
    if (best && this.#transport?.kind !== best) {
      this.#upgradeTimer = setTimeout(
        () => {
          if (this.#policy.tryUpgrade()) {
            this.#candidate = this.#start(best);
          } else {
            this.#planUpgrade(0);
          }
        },
        Math.max(delayMs, this.#policy.upgradeWaitMs),
      );
    }
  }

  #giveUp(disconnect: Disconnect): void {
    this.#stop();
    const { attempt } = this.#policy;
    this.#policy.stable();
    this.#callbacks.state({ status: 'error', attempt, error: new ConnectionError(disconnect, false) });
  }

  /** Releases the current transport and everything that belongs to it. */
  #release(): void {
    clearTimeout(this.#stableTimer);
    clearTimeout(this.#upgradeTimer);
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    this.#candidate?.close();
    this.#candidate = undefined;
    this.#held = undefined;
    this.#transport?.close();
    this.#transport = undefined;
  }

  #stop(): void {
    this.#isWanted = false;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    globalThis.removeEventListener?.('online', this.#online);
    globalThis.document?.removeEventListener('visibilitychange', this.#visible);
    this.#release();
  }
}
