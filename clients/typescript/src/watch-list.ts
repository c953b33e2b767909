import { guarded } from './emitter.js';
import { type GenerationMessage, isEnded, isTerminal } from './events.js';
import { type GenerationState, initialState, reduceGeneration, toSnapshot } from './generation-state.js';
import type { Scope, Targets } from './transports/transport.js';

export interface Subscriber {
  readonly handler: (message: GenerationMessage) => void;
  readonly types?: ReadonlySet<string>;
  /** Has been told what was known before it came. */
  primed: boolean;
}

interface Watch {
  readonly subscribers: Set<Subscriber>;
  /** The reduction of what was delivered. */
  state: GenerationState;
  /** The last sequence received: what the next connection resumes after. */
  cursor: number | undefined;
  /** A gap was announced, the snapshot that closes it is still to come. */
  gap: boolean;
  /** The outcome was received; nothing can follow. */
  ended: boolean;
}

/** Generations remembered only because everything is subscribed to; the oldest are forgotten first. */
const rememberedLimit = 1_000;

/** Who listens to which generation, and how far each has come: decides what is new, and hands it out. */
export class WatchList {
  readonly #watches = new Map<string, Watch>();
  readonly #all = new Set<Subscriber>();

  /** What still has to be asked for; a generation that has ended does not. */
  readonly targets = (): Targets => {
    const generations = new Map<string, number | undefined>();
    for (const [id, watch] of this.#watches) {
      if (watch.subscribers.size > 0 && !watch.ended) {
        generations.set(id, watch.cursor);
      }
    }
    return { generations, all: this.#all.size > 0 };
  };

  state(generationId: string): GenerationState | undefined {
    return this.#watches.get(generationId)?.state;
  }

  /** `after` and `state` say where a generation that nobody watches yet is taken up. */
  add(generationId: string, subscriber: Subscriber, after?: number, state?: GenerationState): void {
    let watch = this.#watches.get(generationId);
    if (!watch) {
      watch = newWatch(state ?? initialState(generationId), state?.sequence ?? after);
      this.#watches.set(generationId, watch);
    }
    watch.subscribers.add(subscriber);
    subscriber.primed = !isKnown(watch.state);
    queueMicrotask(() => this.#prime(watch, subscriber));
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
    const known = [...this.#watches.values()].filter(({ state }) => isKnown(state));
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
      this.#forget(({ subscribers }) => subscribers.size === 0);
    }
  }

  /** Whether a message that came in is news; if so, the cursor moves past it. */
  accept(message: GenerationMessage, scope: Scope): boolean {
    const watch = this.#watches.get(message.generationId) ?? this.#remember(message.generationId);
    if (!watch || watch.ended || (scope === 'all' && watch.subscribers.size > 0)) {
      return false;
    }
    if (message.type === 'subscription.gap') {
      watch.gap = true;
      return true;
    }
    const { sequence } = message;
    if (message.type === 'generation.snapshot') {
      if (watch.cursor !== undefined && sequence <= watch.cursor && !watch.gap) {
        return false;
      }
      watch.gap = false;
      watch.ended = isEnded(message.data.status);
    } else {
      if (sequence <= (watch.cursor ?? 0)) {
        return false;
      }
      watch.ended = isTerminal(message);
    }
    watch.cursor = Math.max(watch.cursor ?? 0, sequence);
    return true;
  }

  deliver(message: GenerationMessage, superseded: boolean): void {
    const watch = this.#watches.get(message.generationId);
    if (!watch) {
      return;
    }
    if (!superseded) {
      for (const subscriber of [...watch.subscribers]) {
        this.#prime(watch, subscriber);
      }
    }
    watch.state = reduceGeneration(watch.state, message);
    if (!superseded) {
      for (const subscriber of [...watch.subscribers, ...this.#all]) {
        hand(subscriber, message);
      }
    }
  }

  #prime(watch: Watch, subscriber: Subscriber): void {
    if (!subscriber.primed && watch.subscribers.has(subscriber)) {
      subscriber.primed = true;
      hand(subscriber, toSnapshot(watch.state));
    }
  }

  #remember(generationId: string): Watch | undefined {
    if (this.#all.size === 0) {
      return undefined;
    }
    const watch = newWatch(initialState(generationId), undefined);
    this.#watches.set(generationId, watch);
    if (this.#watches.size > rememberedLimit) {
      this.#forget(({ subscribers }) => subscribers.size === 0, 1);
    }
    return watch;
  }

  #forget(which: (watch: Watch) => boolean, limit = Number.POSITIVE_INFINITY): void {
    let left = limit;
    for (const [id, watch] of this.#watches) {
      if (left > 0 && which(watch)) {
        this.#watches.delete(id);
        left--;
      }
    }
  }
}

function newWatch(state: GenerationState, cursor: number | undefined): Watch {
  return { subscribers: new Set(), state, cursor, gap: false, ended: isEnded(state.status) };
}

function isKnown({ status, sequence }: GenerationState): boolean {
  return sequence > 0 || status !== 'unknown';
}

function hand({ handler, types }: Subscriber, message: GenerationMessage): void {
  if (!types || types.has(message.type)) {
    guarded(handler, message);
  }
}
