import { browserStorage } from './connection-memory.js';
import { isEnded } from './events.js';
import { type GenerationState, initialState } from './generation-state.js';
import { TabLocks } from './tab-locks.js';

export interface RecoveryOptions {
  /** Default: localStorage. */
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Default: the Web Locks of the browser; without them, tabs do not know of each other. */
  locks?: Pick<LockManager, 'request'>;
  /** Separates independent lists on one origin. Default `lockngen:watched`. */
  key?: string;
  /** Older entries are forgotten, in milliseconds. Default one day. */
  maxAgeMs?: number;
}

interface Entry {
  readonly state: GenerationState;
  readonly savedAt: number;
}

/** The maximum number of generations; the oldest are removed first. */
const limit = 50;

/** Progress is written at most this often, in milliseconds. */
const writeIntervalMs = 1_000;

/**
 * What this browser was following, with the last known progress, so that it continues after a reload. Each generation
 * belongs to one tab while that tab is open, so that two tabs never do the same work.
 */
export class RecoveryStore {
  readonly #storage: RecoveryOptions['storage'];
  readonly #locks: TabLocks;
  readonly #key: string;
  readonly #maxAgeMs: number;
  readonly #unsaved = new Map<string, GenerationState>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ storage, locks, key = 'lockngen:watched', maxAgeMs = 24 * 3_600_000 }: RecoveryOptions = {}) {
    this.#storage = storage ?? browserStorage();
    this.#locks = new TabLocks(locks ?? globalThis.navigator?.locks, key);
    this.#key = key;
    this.#maxAgeMs = maxAgeMs;
  }

  /** This tab follows it from now on; returns a function that stops. */
  keep(state: GenerationState): () => void {
    this.update(state);
    this.flush();
    this.#locks.hold(state.generationId);
    return () => this.release(state.generationId);
  }

  /** Another tab may resume it. */
  release(id: string): void {
    this.flush();
    this.#locks.release(id);
  }

  /** Writes are batched; the outcome removes the entry immediately. */
  update(state: GenerationState): void {
    this.#unsaved.set(state.generationId, state);
    if (isEnded(state.status)) {
      this.flush();
    } else {
      this.#timer ??= setTimeout(() => this.flush(), writeIntervalMs);
    }
  }

  /** What was being followed and belongs to no open tab, newest first; from now on it belongs to this one. */
  async claim(count = Number.POSITIVE_INFINITY): Promise<GenerationState[]> {
    const claimed: GenerationState[] = [];
    for (const { state } of Object.values(this.#read()).reverse()) {
      if (claimed.length < count && (await this.#locks.tryHold(state.generationId))) {
        // An earlier version may have written it.
        claimed.push({ ...initialState(state.generationId), ...state });
      }
    }
    return claimed;
  }

  /** The server no longer knows it. */
  forget(id: string): void {
    this.#unsaved.delete(id);
    const { [id]: _, ...others } = this.#read();
    this.#write(others);
    this.release(id);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsaved.size === 0) {
      return;
    }
    const entries = this.#read();
    for (const [id, state] of this.#unsaved) {
      delete entries[id];
      if (!isEnded(state.status)) {
        // Inline previews are large and quickly outdated.
        entries[id] = { state: { ...state, preview: undefined }, savedAt: Date.now() };
      }
    }
    this.#unsaved.clear();
    this.#write(entries);
  }

  #read(): Record<string, Entry> {
    try {
      const entries = Object.entries(JSON.parse(this.#storage?.getItem(this.#key) ?? '{}') as Record<string, Entry>);
      return Object.fromEntries(entries.filter(([, { savedAt }]) => Date.now() - savedAt < this.#maxAgeMs));
    } catch {
      // Data of another program, or disabled storage: there is nothing to recover.
      return {};
    }
  }

  #write(entries: Record<string, Entry>): void {
    try {
      const kept = Object.entries(entries).slice(-limit);
      if (kept.length > 0) {
        this.#storage?.setItem(this.#key, JSON.stringify(Object.fromEntries(kept)));
      } else {
        this.#storage?.removeItem(this.#key);
      }
    } catch {
      // Full or disabled: recovery after a reload is lost, following continues.
    }
  }
}
