import type { Credentials } from './auth.js';
import { type BackoffOptions, backoffDelay, jittered } from './backoff.js';
import { CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.js';
import { CloseCode } from './close-codes.js';
import type { RememberedConnection } from './connection-memory.js';
import type { Disconnect, TransportKind } from './transports/transport.js';

export interface RetryOptions {
  /** In the order of fallback. Default WebSocket, SSE, polling. */
  transports?: readonly TransportKind[];
  backoff?: BackoffOptions;
  /** For the WebSocket; the fallbacks are used while it is open. */
  breaker?: CircuitBreakerOptions;
  /** The client gives up after this many consecutive failed attempts. Default Infinity. */
  maxReconnectAttempts?: number;
}

/** Failed attempts after which the next transport is tried. */
const failuresPerTransport = 2;

/** The minimum delay after a server reported that it is full, in milliseconds. */
const busyDelayMs = 5_000;

/** Decides, after a disconnect, whether and when to try again, and with which transport. */
export class RetryPolicy {
  readonly #ladder: readonly TransportKind[];
  readonly #backoff: BackoffOptions | undefined;
  readonly #maxAttempts: number;
  readonly #breaker: CircuitBreaker;
  readonly #credentials: Credentials;
  #rung = 0;
  #failures = 0;
  #attempt = 0;
  #drainMs: number | undefined;
  #tokenRefreshed = false;
  #outage = false;

  /** `remembered`: the state saved by an earlier visit of the page. */
  constructor(
    options: RetryOptions,
    hasWebSocket: boolean,
    credentials: Credentials,
    remembered: RememberedConnection = {},
  ) {
    const { transports = ['websocket', 'sse', 'polling'], maxReconnectAttempts = Number.POSITIVE_INFINITY } = options;
    this.#ladder = hasWebSocket ? transports : transports.filter((kind) => kind !== 'websocket');
    this.#backoff = options.backoff;
    this.#maxAttempts = maxReconnectAttempts;
    this.#breaker = new CircuitBreaker(options.breaker);
    this.#credentials = credentials;
    if (remembered.breaker) {
      this.#breaker.restore(remembered.breaker);
    }
    const rung = remembered.transport ? this.#ladder.indexOf(remembered.transport) : 0;
    if (rung > 0) {
      this.#rung = rung;
      // A reload is a good moment to check whether the best transport works again.
      this.#outage = true;
    }
  }

  /** For the next visit of the page. */
  get memory(): RememberedConnection {
    return { transport: this.transport, breaker: this.#breaker.save() };
  }

  /** Consecutive attempts without a lasting connection. */
  get attempt(): number {
    return this.#attempt;
  }

  get transport(): TransportKind | undefined {
    return this.#ladder[this.#rung];
  }

  get best(): TransportKind | undefined {
    return this.#ladder[0];
  }

  /** The fallbacks failed, too: the best transport was not blocked, everything was down. */
  get outage(): boolean {
    return this.#outage;
  }

  /** The server announced that it will close the connection, and the delay before reconnecting. */
  draining(retryAfterMs: number): void {
    this.#drainMs = retryAfterMs;
  }

  opened(): void {
    this.#failures = 0;
  }

  /** The connection has lasted. */
  stable(): void {
    this.#attempt = 0;
    this.#tokenRefreshed = false;
    this.#outage = false;
  }

  /** The best transport works again. */
  upgraded(): void {
    this.#startOver();
  }

  /** The network is back. Returns whether to try immediately: the breaker counts this attempt like any other. */
  online(): boolean {
    this.#startOver();
    return this.#isAllowed();
  }

  /** Whether the best transport may be tried alongside the current one; if not, `upgradeWaitMs` says when to ask again. */
  tryUpgrade(): boolean {
    return this.best !== 'websocket' || this.#breaker.tryAttempt();
  }

  /** How long the breaker blocks the best transport. */
  get upgradeWaitMs(): number {
    return this.best === 'websocket' ? jittered(this.#breaker.remainingMs) : 0;
  }

  /** Milliseconds until the next attempt; undefined = give up. */
  next(disconnect: Disconnect, wasOpen: boolean): number | undefined {
    const drainMs = this.#drainMs;
    this.#drainMs = undefined;
    if (this.#isRefused(disconnect)) {
      return undefined;
    }
    if (drainMs !== undefined) {
      return drainMs * (1 + Math.random() / 2);
    }
    if (this.#isBlocked(disconnect, wasOpen) && this.#stepDown()) {
      return 0;
    }
    if (this.#attempt >= this.#maxAttempts) {
      return undefined;
    }
    const busy = disconnect.code === CloseCode.tryAgainLater ? busyDelayMs * (1 + Math.random()) : 0;
    const wish = disconnect.retryAfterMs === undefined ? busy : jittered(disconnect.retryAfterMs);
    const delay = Math.max(backoffDelay(this.#attempt++, this.#backoff), wish);
    return this.#isAllowed() ? delay : Math.max(delay, jittered(this.#breaker.remainingMs));
  }

  #isAllowed(): boolean {
    return this.transport !== 'websocket' || this.#breaker.tryAttempt() || this.#stepDown();
  }

  #startOver(): void {
    this.#rung = 0;
    this.#failures = 0;
    this.#attempt = 0;
    this.#outage = false;
  }

  /** A refused token is renewed once; a second refusal, or "forbidden", is final. */
  #isRefused({ code, status }: Disconnect): boolean {
    if (status === 403) {
      return true;
    }
    if (status !== 401 && code !== CloseCode.notAllowed) {
      return false;
    }
    const isFinal = this.#tokenRefreshed;
    this.#tokenRefreshed = true;
    this.#credentials.expire();
    return isFinal;
  }

  /** A server that responds with "unavailable" or "unauthorized" is reachable, so the transport is kept. */
  #isBlocked({ retryAfterMs, status }: Disconnect, wasOpen: boolean): boolean {
    const isAnswer = retryAfterMs !== undefined || status === 401 || status === 429 || status === 503;
    if (wasOpen || isAnswer) {
      return false;
    }
    this.#outage ||= this.#rung > 0;
    return ++this.#failures >= failuresPerTransport;
  }

  #stepDown(): boolean {
    if (this.#rung + 1 >= this.#ladder.length) {
      return false;
    }
    this.#rung++;
    this.#failures = 0;
    return true;
  }
}
