import { type GenerationMessage, isProgress, isTerminal } from './events.js';
import { PriorityQueue } from './priority-queue.js';

interface Entry {
  message: GenerationMessage;
  order: number;
  /** Applied to the state, but not delivered: an outcome queued behind it has made it obsolete. */
  superseded: boolean;
}

interface Lane {
  entries: Entry[];
  urgent: boolean;
}

interface Turn {
  lane: Lane;
  urgent: boolean;
  order: number;
}

/** A drain that took longer than this yields to incoming messages, so that an outcome among them can overtake. */
const sliceMs = 10;

/** Beyond this many queued messages of one generation, progress is replaced by newer progress of its type. */
const laneLimit = 256;

/**
 * Messages queued for their handlers. Generations with a queued outcome come first; within one generation
 * the order of arrival is kept, and an outcome supersedes only the progress queued before it.
 */
export class Inbox {
  readonly #deliver: (message: GenerationMessage, superseded: boolean) => void;
  readonly #lanes = new Map<string, Lane>();
  readonly #turns = new PriorityQueue<Turn>((a, b) => Number(b.urgent) - Number(a.urgent) || a.order - b.order);
  #size = 0;
  #order = 0;
  #scheduled = false;
  #busy = false;

  /** `deliver` must not throw. */
  constructor(deliver: (message: GenerationMessage, superseded: boolean) => void) {
    this.#deliver = deliver;
  }

  get size(): number {
    return this.#size;
  }

  /** Returns how many queued messages were replaced by this one. */
  push(message: GenerationMessage): number {
    const lane = this.#lanes.get(message.generationId) ?? { entries: [], urgent: false };
    this.#lanes.set(message.generationId, lane);
    const dropped = lane.entries.length >= laneLimit && isProgress(message) ? dropOlder(lane, message) : 0;
    if (isTerminal(message)) {
      lane.urgent = true;
      for (const entry of lane.entries) {
        entry.superseded ||= isProgress(entry.message);
      }
    }
    lane.entries.push({ message, order: this.#order++, superseded: false });
    this.#size += 1 - dropped;
    this.#takeTurn(lane);
    this.#schedule();
    return dropped;
  }

  #takeTurn(lane: Lane): void {
    const [head] = lane.entries;
    if (head && (lane.entries.length === 1 || lane.urgent)) {
      this.#turns.push({ lane, urgent: lane.urgent, order: head.order });
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#size === 0) {
      return;
    }
    this.#scheduled = true;
    if (this.#busy) {
      setTimeout(() => this.#drain(), 0);
    } else {
      queueMicrotask(() => this.#drain());
    }
  }

  #drain(): void {
    this.#scheduled = false;
    const start = performance.now();
    this.#busy = false;
    for (let turn = this.#turns.pop(); turn; turn = this.#turns.pop()) {
      this.#deliverHead(turn);
      if (performance.now() - start > sliceMs) {
        this.#busy = true;
        break;
      }
    }
    this.#schedule();
  }

  #deliverHead({ lane, order }: Turn): void {
    const [head] = lane.entries;
    // A lane that became urgent has a second, earlier turn: its first turn then finds no entry.
    if (head?.order !== order) {
      return;
    }
    lane.entries.shift();
    this.#size--;
    const [next] = lane.entries;
    if (next) {
      this.#turns.push({ lane, urgent: lane.urgent, order: next.order });
    } else {
      this.#lanes.delete(head.message.generationId);
    }
    this.#deliver(head.message, head.superseded);
  }
}

function dropOlder(lane: Lane, { type }: GenerationMessage): number {
  // Never the head, whose turn is already in the heap.
  const older = lane.entries.findIndex((entry, index) => index > 0 && entry.message.type === type);
  if (older < 0) {
    return 0;
  }
  lane.entries.splice(older, 1);
  return 1;
}
