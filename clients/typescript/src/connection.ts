import { Credentials } from './auth.js';
import type {
  ConnectionEvents,
  ConnectionOptions,
  GenerationSubscribeOptions,
  SubscribeOptions,
} from './connection-options.js';
import { type ConnectionState, closedState } from './connection-state.js';
import { debounced } from './debounce.js';
import { Emitter } from './emitter.js';
import { type GenerationMessage, isEnded, isTerminal, type MessageOf, type MessageType } from './events.js';
import { type ControlFrame, parseFrame } from './frames.js';
import type { GenerationState } from './generation-state.js';
import { Inbox } from './inbox.js';
import { type ConnectionQuality, QualityMeter } from './quality.js';
import { ReconnectingTransport } from './reconnecting-transport.js';
import { isEmpty, type Scope, type WebSocketConstructor } from './transports/transport.js';
import type { Subscriber } from './watch.js';
import { WatchList } from './watch-list.js';

type Unsubscribe = () => void;

/** One connection to the gateway, shared by all subscriptions; open while there is at least one. */
export class RealtimeConnection {
  readonly #emitter = new Emitter<ConnectionEvents>();
  readonly #watches = new WatchList();
  readonly #quality = new QualityMeter();
  readonly #inbox = new Inbox((message, superseded) => this.#deliver(message, superseded));
  readonly #transport: ReconnectingTransport;
  readonly #lingerMs: number;
  readonly realtimeUrl: string;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #state: ConnectionState = closedState;

  constructor(options: ConnectionOptions = {}) {
    const { realtimeUrl = '', apiUrl = realtimeUrl, fetch = globalThis.fetch.bind(globalThis) } = options;
    this.realtimeUrl = realtimeUrl;
    this.#lingerMs = options.lingerMs ?? 1_000;
    const context = {
      realtimeUrl,
      apiUrl,
      fetch,
      targets: this.#watches.targets,
      credentials: new Credentials(options),
      WebSocket: options.WebSocket ?? (globalThis.WebSocket as WebSocketConstructor | undefined),
      types: () => options.types ?? this.#watches.types(),
      preview: options.preview,
      pollIntervalMs: options.pollIntervalMs ?? 2_000,
    };
    this.#transport = new ReconnectingTransport(context, options, {
      state: (state) => this.#changed(state),
      frame: (text, scope) => this.#received(text, scope),
      latency: (ms) => {
        this.#quality.latency(ms);
        this.#emitter.emit('latency', ms);
      },
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get quality(): ConnectionQuality {
    return this.#quality.read(this.#inbox.size);
  }

  /** What is known about a generation with a subscription. */
  getState(generationId: string): GenerationState | undefined {
    return this.#watches.state(generationId);
  }

  on<K extends keyof ConnectionEvents>(event: K, listener: (value: ConnectionEvents[K]) => void): Unsubscribe {
    return this.#emitter.on(event, listener);
  }

  /** Follows one generation. The first message is a snapshot unless `after` is given; a second subscriber gets one, too. */
  subscribe<T extends MessageType = MessageType>(
    generationId: string,
    handler: (message: MessageOf<T>) => void,
    { types, after, state, debounceMs }: GenerationSubscribeOptions<T> = {},
  ): Unsubscribe {
    const { subscriber, stop } = newSubscriber(handler, types, debounceMs);
    this.#watches.add(generationId, subscriber, after, state);
    this.#wake();
    return () => {
      stop();
      this.#watches.remove(generationId, subscriber);
      this.#settle();
    };
  }

  /** Follows every generation that the caller may see: snapshots of active and recent ones, then all events. */
  subscribeAll<T extends MessageType = MessageType>(
    handler: (message: MessageOf<T>) => void,
    { types, debounceMs }: SubscribeOptions<T> = {},
  ): Unsubscribe {
    const { subscriber, stop } = newSubscriber(handler, types, debounceMs);
    this.#watches.addAll(subscriber);
    this.#wake();
    return () => {
      stop();
      this.#watches.removeAll(subscriber);
      this.#settle();
    };
  }

  /** Tries again after `error`; not needed otherwise. */
  connect(): void {
    this.#wake();
  }

  /** Measures the round trip, in milliseconds. Only possible with a WebSocket. */
  ping(): Promise<number> {
    return new Promise((resolve, reject) => {
      const done = () => {
        stopLatency();
        stopClose();
      };
      const stopLatency = this.on('latency', (ms) => {
        done();
        resolve(ms);
      });
      const stopClose = this.on('close', ({ error }) => {
        done();
        reject(error ?? new Error('The connection was closed.'));
      });
      if (!this.#transport.ping()) {
        done();
        reject(new Error('There is no open WebSocket to ping on.'));
      }
    });
  }

  /** Closes immediately. Subscriptions are kept, and continue with the next `connect` or `subscribe`. */
  close(): void {
    this.#stopLingering();
    this.#transport.close();
  }

  #wake(): void {
    if (this.#isNeeded) {
      this.#stopLingering();
      this.#transport.open();
      this.#transport.update();
    }
  }

  #settle(): void {
    this.#transport.update();
    if (!this.#isNeeded) {
      this.#stopLingering();
      this.#linger = setTimeout(() => this.close(), this.#lingerMs);
    }
  }

  get #isNeeded(): boolean {
    return !isEmpty(this.#watches.targets());
  }

  #stopLingering(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
  }

  #changed(state: ConnectionState): void {
    const before = this.#state.status;
    this.#state = state;
    if (state.status === 'connected') {
      this.#quality.connected();
      this.#emitter.emit('open', state);
    } else if (before === 'connected') {
      this.#emitter.emit('close', state);
    }
    if (state.error) {
      this.#quality.lost();
      this.#emitter.emit('error', state.error);
    }
    this.#emitter.emit('state', state);
  }

  #received(text: string, scope: Scope): void {
    const frame = parseFrame(text);
    if (frame.kind === 'message') {
      this.#accept(frame.message, scope);
    } else if (frame.kind === 'control') {
      this.#control(frame.frame);
    } else {
      this.#quality.dropped(frame.kind === 'malformed' ? 1 : 0);
      this.#emitter.emit('unknown', { raw: frame.raw, reason: frame.reason });
    }
  }

  #accept(message: GenerationMessage, scope: Scope): void {
    if (!this.#watches.accept(message, scope)) {
      return;
    }
    this.#quality.received();
    this.#quality.dropped(message.type === 'subscription.gap' ? 1 : 0);
    this.#quality.dropped(this.#inbox.push(message));
    this.#emitter.emit('queued', message);
  }

  #control(frame: ControlFrame): void {
    if (frame.type === 'server.draining') {
      this.#transport.draining(frame.retryAfterMs ?? 0);
    } else if (frame.type === 'pong') {
      this.#transport.pong(frame.id);
    } else if (frame.type === 'error') {
      this.#emitter.emit('unknown', { raw: frame, reason: frame.message ?? frame.code ?? 'error' });
    }
  }

  #deliver(message: GenerationMessage, superseded: boolean): void {
    const start = performance.now();
    this.#watches.deliver(message, superseded);
    if (!superseded) {
      this.#emitter.emit('message', message);
      this.#quality.processed(performance.now() - start);
    }
    if (isTerminal(message) || (message.type === 'generation.snapshot' && isEnded(message.data.status))) {
      this.#settle();
    }
  }
}

function newSubscriber<T extends MessageType>(
  handler: (message: MessageOf<T>) => void,
  types: readonly T[] | undefined,
  debounceMs = 0,
): { subscriber: Subscriber; stop: () => void } {
  const every = handler as Subscriber['handler'];
  const { handle, stop } = debounceMs > 0 ? debounced(every, debounceMs) : { handle: every, stop: () => undefined };
  return { subscriber: { handler: handle, types: types && new Set<string>(types), isPrimed: true }, stop };
}
