import { type GenerationMessage, isEnded, isTerminal } from './events.js';
import { reduceGeneration } from './generation-reducer.js';
import type { GenerationState } from './generation-state.js';

export interface Subscriber {
  readonly handler: (message: GenerationMessage) => void;
  readonly types: ReadonlySet<string> | undefined;
  /** Whether it has received what was known before it was added. */
  isPrimed: boolean;
}

/** How far one generation has come, and who listens to it by name. */
export class Watch {
  readonly subscribers = new Set<Subscriber>();
  #state: GenerationState;
  #cursor: number | undefined;
  #awaitsSnapshot = false;
  #ended: boolean;

  constructor(state: GenerationState, cursor: number | undefined) {
    this.#state = state;
    this.#cursor = cursor;
    this.#ended = isEnded(state.status);
  }

  /** The reduction of what was delivered. */
  get state(): GenerationState {
    return this.#state;
  }

  /** The last sequence received: what the next connection resumes after. */
  get cursor(): number | undefined {
    return this.#cursor;
  }

  /** The outcome was received; nothing can follow. */
  get ended(): boolean {
    return this.#ended;
  }

  get isKnown(): boolean {
    return this.#state.sequence > 0 || this.#state.status !== 'unknown';
  }

  /** Whether a received message is new; if so, the cursor moves past it. */
  accept(message: GenerationMessage): boolean {
    if (this.#ended) {
      return false;
    }
    if (message.type === 'subscription.gap') {
      this.#awaitsSnapshot = true;
      return true;
    }
    const isSnapshot = message.type === 'generation.snapshot';
    const isFirst = isSnapshot && (this.#cursor === undefined || this.#awaitsSnapshot);
    const cursor = this.#cursor ?? 0;
    if (!isFirst && message.sequence <= cursor) {
      return false;
    }
    if (isSnapshot) {
      this.#awaitsSnapshot = false;
    }
    this.#ended = isSnapshot ? isEnded(message.data.status) : isTerminal(message);
    this.#cursor = Math.max(cursor, message.sequence);
    return true;
  }

  reduce(message: GenerationMessage): void {
    this.#state = reduceGeneration(this.#state, message);
  }
}
