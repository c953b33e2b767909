import { type BackoffOptions, backoffDelay } from './backoff.js';
import { CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.js';
import { CloseCode } from './close-codes.js';
import { type ConnectionState, closedState } from './connection-state.js';
import { ConnectionError } from './errors.js';
import { Heartbeat, type HeartbeatOptions } from './heartbeat.js';
import { openPolling } from './transports/polling.js';
import { openSse } from './transports/sse.js';
import type {
  Disconnect,
  OpenTransport,
  Scope,
  Transport,
  TransportContext,
  TransportKind,
} from './transports/transport.js';
import { openWebSocket } from './transports/websocket.js';

export interface ReconnectOptions {
  /** In the order in which to fall back. Default WebSocket, SSE, polling. */
  transports?: readonly TransportKind[];
  backoff?: BackoffOptions;
  breaker?: CircuitBreakerOptions;
  heartbeat?: HeartbeatOptions;
  /** After so many attempts in a row without success the client gives up. Default Infinity. */
  maxReconnectAttempts?: number;
  /** In milliseconds. Default 10,000. */
  connectTimeoutMs?: number;
  /** A connection that lasted so long is good: backoff starts over. In milliseconds, default 10,000. */
  stableMs?: number;
  /** On a fallback, the best transport is tried again this often. In milliseconds, default 60,000. */
  upgradeIntervalMs?: number;
}

interface Callbacks {
  state(state: ConnectionState): void;
  frame(text: string, scope: Scope): void;
  latency(ms: number): void;
}

const open: Record<TransportKind, OpenTransport> = { websocket: openWebSocket, sse: openSse, polling: openPolling };

/** Failed openings after which the next transport gets its turn. */
const failuresPerTransport = 2;

/** The least pause after a server said that it is full. */
const busyDelayMs = 5_000;

const defaults = {
  transports: ['websocket', 'sse', 'polling'],
  maxReconnectAttempts: Number.POSITIVE_INFINITY,
  connectTimeoutMs: 10_000,
  stableMs: 10_000,
  upgradeIntervalMs: 60_000,
} as const;

type Timer = ReturnType<typeof setTimeout> | undefined;

/** Keeps one transport open while it is wanted: reconnects with backoff, steps down when blocked, steps up again. */
export class ReconnectingTransport {
  readonly #context: TransportContext;
  readonly #options: ReconnectOptions & Required<Omit<ReconnectOptions, 'backoff' | 'breaker' | 'heartbeat'>>;
  readonly #callbacks: Callbacks;
  readonly #ladder: readonly TransportKind[];
  readonly #breaker: CircuitBreaker;

  #wanted = false;
  #state = closedState;
  #transport: Transport | undefined;
  #upgrade: Transport | undefined;
  #heartbeat: Heartbeat | undefined;
  #rung = 0;
  #failures = 0;
  #attempt = 0;
  #drain: { retryAfterMs: number } | undefined;
  #tokenRefreshed = false;
  #retryTimer: Timer;
  #openTimer: Timer;
  #stableTimer: Timer;
  #upgradeTimer: Timer;

  constructor(context: TransportContext, options: ReconnectOptions, callbacks: Callbacks) {
    this.#context = context;
    this.#options = { ...defaults, ...options };
    this.#callbacks = callbacks;
    this.#breaker = new CircuitBreaker(options.breaker);
    const { transports } = this.#options;
    this.#ladder = context.WebSocket ? transports : transports.filter((kind) => kind !== 'websocket');
  }

  get state(): ConnectionState {
    return this.#state;
  }

  open(): void {
    if (this.#wanted) {
      return;
    }
    this.#wanted = true;
    this.#attempt = 0;
    globalThis.addEventListener?.('online', this.#online);
    globalThis.document?.addEventListener('visibilitychange', this.#visible);
    this.#connect();
  }

  close(): void {
    this.#stop();
    this.#set(closedState);
  }

  update(): void {
    this.#transport?.update();
  }

  /** The server will close this connection soon, and says how long to stay away. */
  draining(retryAfterMs: number): void {
    this.#drain = { retryAfterMs };
  }

  /** Answers whether that is possible now. */
  ping(): boolean {
    this.#heartbeat?.beat();
    return this.#heartbeat !== undefined;
  }

  pong(id: unknown): void {
    this.#heartbeat?.pong(id);
  }

  readonly #online = () => {
    this.#rung = 0;
    this.#attempt = 0;
    if (this.#retryTimer !== undefined) {
      this.#connect();
    }
  };

  readonly #visible = () => {
    if (document.visibilityState === 'visible') {
      this.#heartbeat?.beat();
    }
  };

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    const kind = this.#ladder[this.#rung];
    if (!kind) {
      this.#giveUp({ code: CloseCode.abnormal, reason: 'no transport is available here' });
      return;
    }
    this.#set({ ...this.#state, status: 'connecting', transport: kind, attempt: this.#attempt, retryInMs: undefined });
    this.#transport = this.#open(kind, {
      opened: () => this.#opened(),
      closed: (disconnect, wasOpen) => this.#closed(disconnect, wasOpen),
    });
    this.#openTimer = this.#expire(this.#transport, (late) => this.#closed(late, false));
  }

  #open(kind: TransportKind, handlers: { opened(): void; closed(disconnect: Disconnect, wasOpen: boolean): void }) {
    let wasOpen = false;
    return open[kind](this.#context, {
      opened: () => {
        wasOpen = true;
        handlers.opened();
      },
      received: this.#callbacks.frame,
      closed: (disconnect) => handlers.closed(disconnect, wasOpen),
    });
  }

  #expire(transport: Transport, expired: (disconnect: Disconnect) => void): Timer {
    return setTimeout(() => {
      transport.close();
      expired({ code: CloseCode.abnormal, reason: 'the server did not answer in time' });
    }, this.#options.connectTimeoutMs);
  }

  #opened(): void {
    const transport = this.#transport;
    clearTimeout(this.#openTimer);
    this.#failures = 0;
    this.#stableTimer = setTimeout(() => {
      this.#attempt = 0;
      this.#tokenRefreshed = false;
    }, this.#options.stableMs);
    if (transport?.ping) {
      this.#beat(transport);
    }
    if (this.#rung > 0) {
      this.#planUpgrade();
    }
    this.#set({ status: 'connected', transport: transport?.kind, attempt: 0 });
  }

  #beat(transport: Transport): void {
    this.#heartbeat = new Heartbeat(this.#options.heartbeat ?? {}, {
      ping: (id) => transport.ping?.(id),
      answered: this.#callbacks.latency,
      missed: () => {
        transport.close();
        this.#closed({ code: CloseCode.heartbeatTimeout, reason: 'no pong' }, true);
      },
    });
    this.#heartbeat.beat();
  }

  #closed(disconnect: Disconnect, wasOpen: boolean): void {
    this.#release();
    if (this.#isRefused(disconnect)) {
      this.#giveUp(disconnect);
      return;
    }
    const drain = this.#drain;
    this.#drain = undefined;
    if (drain) {
      this.#plan(disconnect, drain.retryAfterMs * (1 + Math.random() / 2));
    } else if (this.#stepDown(disconnect, wasOpen)) {
      this.#plan(disconnect, 0);
    } else if (this.#attempt >= this.#options.maxReconnectAttempts) {
      this.#giveUp(disconnect);
    } else {
      const busy = disconnect.code === CloseCode.tryAgainLater ? busyDelayMs * (1 + Math.random()) : 0;
      const backoff = backoffDelay(this.#attempt++, this.#options.backoff);
      this.#retry(disconnect, Math.max(backoff, disconnect.retryAfterMs ?? busy));
    }
  }

  /** A refused token is renewed once; refused again, or forbidden, it is final. */
  #isRefused({ code, status }: Disconnect): boolean {
    if (status === 403) {
      return true;
    }
    if (status !== 401 && code !== CloseCode.notAllowed) {
      return false;
    }
    const refused = this.#tokenRefreshed;
    this.#tokenRefreshed = true;
    this.#context.credentials.expire();
    return refused;
  }

  #stepDown({ retryAfterMs, status }: Disconnect, wasOpen: boolean): boolean {
    // A server that answers "not now" or "who are you" is reachable: no reason to change the transport.
    const blocked = !wasOpen && retryAfterMs === undefined && status !== 401;
    if (blocked && ++this.#failures >= failuresPerTransport && this.#rung + 1 < this.#ladder.length) {
      this.#rung++;
      this.#failures = 0;
      return true;
    }
    return false;
  }

  #retry(disconnect: Disconnect, delayMs: number): void {
    const guarded = this.#ladder[this.#rung] === 'websocket';
    if (!guarded || this.#breaker.tryAttempt()) {
      this.#plan(disconnect, delayMs);
    } else if (this.#rung + 1 < this.#ladder.length) {
      this.#rung++;
      this.#plan(disconnect, delayMs);
    } else {
      this.#plan(disconnect, Math.max(delayMs, this.#breaker.remainingMs));
    }
  }

  #plan(disconnect: Disconnect, retryInMs: number): void {
    this.#set({
      status: 'disconnected',
      attempt: this.#attempt,
      error: new ConnectionError(disconnect, true),
      retryInMs,
    });
    this.#retryTimer = setTimeout(() => this.#connect(), retryInMs);
  }

  #giveUp(disconnect: Disconnect): void {
    this.#stop();
    this.#set({ status: 'error', attempt: this.#attempt, error: new ConnectionError(disconnect, false) });
  }

  #planUpgrade(): void {
    this.#upgradeTimer = setTimeout(() => {
      const [best] = this.#ladder;
      if (!best) {
        return;
      }
      const upgrade = this.#open(best, {
        opened: () => {
          clearTimeout(timer);
          this.#upgrade = undefined;
          this.#release();
          this.#transport = upgrade;
          this.#rung = 0;
          this.#opened();
        },
        closed: (disconnect) => {
          clearTimeout(timer);
          if (this.#transport === upgrade) {
            this.#closed(disconnect, true);
          } else {
            this.#upgrade = undefined;
            this.#planUpgrade();
          }
        },
      });
      const timer = this.#expire(upgrade, () => this.#planUpgrade());
      this.#upgrade = upgrade;
    }, this.#options.upgradeIntervalMs);
  }

  /** Lets go of the present transport and of everything that belongs to it. */
  #release(): void {
    clearTimeout(this.#openTimer);
    clearTimeout(this.#stableTimer);
    clearTimeout(this.#upgradeTimer);
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    this.#upgrade?.close();
    this.#upgrade = undefined;
    this.#transport?.close();
    this.#transport = undefined;
  }

  #stop(): void {
    this.#wanted = false;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    globalThis.removeEventListener?.('online', this.#online);
    globalThis.document?.removeEventListener('visibilitychange', this.#visible);
    this.#release();
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    this.#callbacks.state(state);
  }
}
