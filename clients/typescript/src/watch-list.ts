import { guarded } from './emitter.js';
import type { GenerationMessage } from './events.js';
import { type GenerationState, initialState, toSnapshot } from './generation-state.js';
import type { Scope, Targets, Types } from './transports/transport.js';
import { type Subscriber, Watch } from './watch.js';

/** The number of generations remembered only because everything is subscribed; the oldest are forgotten first. */
const rememberedLimit = 1_000;

/** Without these the state of a generation, and whether it has ended, is unknown. */
const needed = ['queued', 'started', 'image', 'completed', 'failed', 'cancelled'].map((name) => `generation.${name}`);

/** Always sent, whatever types a connection requests. */
const always: readonly string[] = ['generation.snapshot', 'subscription.gap'];

/** The subscriptions: decides which messages are new, and delivers them. */
export class WatchList {
  readonly #watches = new Map<string, Watch>();
  readonly #all = new Set<Subscriber>();

  /** What must still be requested; generations that have ended need not be. */
  readonly targets = (): Targets => {
    const generations = new Map<string, number | undefined>();
    for (const [id, { subscribers, ended, cursor }] of this.#watches) {
      if (subscribers.size > 0 && !ended) {
        generations.set(id, cursor);
      }
    }
    return { generations, all: this.#all.size > 0 };
  };

  /** The types of the subscriptions, and those needed here. */
  readonly types = (): Types => {
    const named = [...this.#all];
    for (const { subscribers, ended } of this.#watches.values()) {
      named.push(...(ended ? [] : subscribers));
    }
    return named.every(({ types }) => types)
      ? [...new Set([...needed, ...named.flatMap(({ types = [] }) => [...types])])].filter(
          (type) => !always.includes(type),
        )
      : undefined;
  };

  state(generationId: string): GenerationState | undefined {
    return this.#watches.get(generationId)?.state;
  }

  /** `after` and `state` say where a generation without a subscription starts. */
  add(generationId: string, subscriber: Subscriber, after?: number, state?: GenerationState): void {
    let watch = this.#watches.get(generationId);
    if (!watch) {
      watch = new Watch(state ?? initialState(generationId), state?.sequence ?? after);
      this.#watches.set(generationId, watch);
    }
    watch.subscribers.add(subscriber);
    subscriber.isPrimed = !watch.isKnown;
    queueMicrotask(() => prime(watch, subscriber));
  }

  remove(generationId: string, subscriber: Subscriber): void {
    const watch = this.#watches.get(generationId);
    watch?.subscribers.delete(subscriber);
    if (watch?.subscribers.size === 0 && this.#all.size === 0) {
      this.#watches.delete(generationId);
    }
  }

  addAll(subscriber: Subscriber): void {
    this.#all.add(subscriber);
    const known = [...this.#watches.values()].filter(({ isKnown }) => isKnown);
    queueMicrotask(() => {
      for (const { state } of known) {
        if (this.#all.has(subscriber)) {
          hand(subscriber, toSnapshot(state));
        }
      }
    });
  }

  removeAll(subscriber: Subscriber): void {
    this.#all.delete(subscriber);
    if (this.#all.size === 0) {
      this.#forget(Number.POSITIVE_INFINITY);
    }
  }

  /** Whether a received message is new to any subscription. */
  accept(message: GenerationMessage, scope: Scope): boolean {
    const watch = this.#watches.get(message.generationId) ?? this.#remember(message.generationId);
    // Watched by name as well, it is read from there: only there nothing is missing after a reconnect.
    const isElsewhere = scope === 'all' && watch !== undefined && watch.subscribers.size > 0;
    return watch !== undefined && !isElsewhere && watch.accept(message);
  }

  /** A superseded message goes into the state, but to no handler. */
  deliver(message: GenerationMessage, superseded: boolean): void {
    const watch = this.#watches.get(message.generationId);
    if (!watch) {
      return;
    }
    if (superseded) {
      watch.reduce(message);
      return;
    }
    for (const subscriber of [...watch.subscribers]) {
      prime(watch, subscriber);
    }
    watch.reduce(message);
    for (const subscriber of [...watch.subscribers, ...this.#all]) {
      hand(subscriber, message);
    }
  }

  #remember(generationId: string): Watch | undefined {
    if (this.#all.size === 0) {
      return undefined;
    }
    const watch = new Watch(initialState(generationId), undefined);
    this.#watches.set(generationId, watch);
    this.#forget(this.#watches.size - rememberedLimit);
    return watch;
  }

  #forget(count: number): void {
    let left = count;
    for (const [id, { subscribers }] of this.#watches) {
      if (left <= 0) {
        return;
      }
      if (subscribers.size === 0) {
        this.#watches.delete(id);
        left--;
      }
    }
  }
}

function prime(watch: Watch, subscriber: Subscriber): void {
  if (!subscriber.isPrimed && watch.subscribers.has(subscriber)) {
    subscriber.isPrimed = true;
    hand(subscriber, toSnapshot(watch.state));
  }
}

function hand({ handler, types }: Subscriber, message: GenerationMessage): void {
  if (!types || types.has(message.type)) {
    guarded(handler, message);
  }
}
