import type { Credentials } from './auth.js';
import { type BackoffOptions, backoffDelay, jittered } from './backoff.js';
import { CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.js';
import { CloseCode } from './close-codes.js';
import type { RememberedConnection } from './connection-memory.js';
import type { Disconnect, TransportKind } from './transports/transport.js';

export interface RetryOptions {
  /** In the order in which to fall back. Default WebSocket, SSE, polling. */
  transports?: readonly TransportKind[];
  backoff?: BackoffOptions;
  /** Of the WebSocket; the fallbacks serve while it is open. */
  breaker?: CircuitBreakerOptions;
  /** After so many attempts in a row without success the client gives up. Default Infinity. */
  maxReconnectAttempts?: number;
}

/** Failed openings after which the next transport gets its turn. */
const failuresPerTransport = 2;

/** The least pause after a server said that it is full, in milliseconds. */
const busyDelayMs = 5_000;

/** Decides, after a disconnect, whether and when to try again, and by which transport. */
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

  /** `remembered`: what an earlier visit of the page has learned. */
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
      // A reload is a good moment to look whether the best transport works again.
      this.#outage = true;
    }
  }

  /** For the next visit of the page. */
  get memory(): RememberedConnection {
    return { transport: this.transport, breaker: this.#breaker.save() };
  }

  /** Attempts in a row that led to no lasting connection. */
  get attempt(): number {
    return this.#attempt;
  }

  get transport(): TransportKind | undefined {
    return this.#ladder[this.#rung];
  }

  get best(): TransportKind | undefined {
    return this.#ladder[0];
  }

  /** The fallbacks failed, too: not the best transport was blocked, but everything was down. */
  get outage(): boolean {
    return this.#outage;
  }

  /** The server announced that it will close the connection, and for how long to stay away. */
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

  /** The network came back. Answers whether to try at once: the breaker counts this attempt like any other. */
  online(): boolean {
    this.#startOver();
    return this.#isAllowed();
  }

  /** Whether the best transport may be tried beside the present one; if not, `upgradeWaitMs` says when to ask again. */
  tryUpgrade(): boolean {
    return this.best !== 'websocket' || this.#breaker.tryAttempt();
  }

  /** How long the breaker keeps the best transport closed. */
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

  /** A refused token is renewed once; refused again, or forbidden, it is final. */
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

  /** A server that answers "not now" or "who are you" is reachable: no reason to change the transport. */
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
