import {
  type GenerationEvent,
  type GenerationSnapshot,
  initialState,
  reduceGeneration,
  toSnapshot,
} from '../../src/index.js';

/** What the gateway remembers of one generation: the last events, and the reduction of all. */
export class Ring {
  readonly events: GenerationEvent[] = [];
  #state;
  #evictedUpTo = 0;

  constructor(
    readonly id: string,
    readonly capacity: number,
  ) {
    this.#state = initialState(id);
  }

  append(event: GenerationEvent): void {
    this.events.push(event);
    this.#state = reduceGeneration(this.#state, event);
    while (this.events.length > this.capacity) {
      this.#evictedUpTo = this.events.shift()?.sequence ?? 0;
    }
  }

  get isActive(): boolean {
    return !['completed', 'failed', 'cancelled'].includes(this.#state.status);
  }

  snapshot(): GenerationSnapshot {
    return toSnapshot(this.#state);
  }

  /** What a client needs that has seen everything up to `after`. */
  since(after: number | undefined): { gap?: object; snapshot?: GenerationSnapshot; events: GenerationEvent[] } {
    if (after === undefined) {
      return { snapshot: this.snapshot(), events: [] };
    }
    if (after < this.#evictedUpTo) {
      const gap = { type: 'subscription.gap', generationId: this.id, reason: 'window_exceeded' };
      return { gap, snapshot: this.snapshot(), events: [] };
    }
    return { events: this.events.filter(({ sequence }) => sequence > after) };
  }
}
