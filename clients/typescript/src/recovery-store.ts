import { isEnded } from './events.js';
import type { GenerationState } from './generation-state.js';

export interface RecoveryOptions {
  /** Default: localStorage. */
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Default: the Web Locks of the browser, where there are any. */
  locks?: Pick<LockManager, 'request'>;
  /** Keeps several independent lists on one origin apart. Default `lockngen:watched`. */
  key?: string;
  /** What is older is forgotten, in milliseconds. Default one day. */
  maxAgeMs?: number;
}

interface Entry {
  readonly state: GenerationState;
  readonly savedAt: number;
}

/** Generations kept at most; the oldest make room. */
const limit = 50;

/** Progress is written at most this often. */
const writeIntervalMs = 1_000;

/**
 * What this browser was watching, with the last known progress, so that a reload in the middle carries on. Each generation
 * belongs to one tab at a time: the tab holds a lock while it lives, so that two tabs never do the same work.
 */
export class RecoveryStore {
  readonly #storage: RecoveryOptions['storage'];
  readonly #locks: RecoveryOptions['locks'];
  readonly #key: string;
  readonly #maxAgeMs: number;
  readonly #pending = new Map<string, GenerationState>();
  readonly #held = new Map<string, () => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ storage, locks, key = 'lockngen:watched', maxAgeMs = 24 * 3_600_000 }: RecoveryOptions = {}) {
    this.#storage = storage ?? defaultStorage();
    this.#locks = locks ?? globalThis.navigator?.locks;
    this.#key = key;
    this.#maxAgeMs = maxAgeMs;
  }

  /** This tab watches it from now on; returns how to stop. */
  keep(state: GenerationState): () => void {
    const id = state.generationId;
    this.update(state);
    this.flush();
    if (!this.#held.has(id)) {
      void this.#lock(id);
    }
    return () => this.release(id);
  }

  /** Another tab may take it up. */
  release(id: string): void {
    this.#held.get(id)?.();
    this.#held.delete(id);
  }

  /** It is over, or gone. */
  forget(id: string): void {
    this.#pending.delete(id);
    const { [id]: _, ...others } = this.#read();
    this.#write(others);
    this.release(id);
  }

  /** Writes are gathered; the outcome erases the entry at once. */
  update(state: GenerationState): void {
    this.#pending.set(state.generationId, state);
    if (isEnded(state.status)) {
      this.flush();
    } else {
      this.#timer ??= setTimeout(() => this.flush(), writeIntervalMs);
    }
  }

  /** What was being watched and belongs to no living tab, the newest first; from now on it belongs to this one. */
  async claim(count = Number.POSITIVE_INFINITY): Promise<GenerationState[]> {
    const claimed: GenerationState[] = [];
    for (const { state } of Object.values(this.#read()).reverse()) {
      if (claimed.length < count && !this.#held.has(state.generationId) && (await this.#lock(state.generationId))) {
        claimed.push(state);
      }
    }
    return claimed;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size === 0) {
      return;
    }
    const entries = this.#read();
    for (const [id, state] of this.#pending) {
      delete entries[id];
      if (!isEnded(state.status)) {
        // Previews are large and soon outdated.
        entries[id] = { state: { ...state, preview: undefined }, savedAt: Date.now() };
      }
    }
    this.#pending.clear();
    this.#write(entries);
  }

  /** Resolves once it is known whether this tab has the lock, which it then holds until released or closed. */
  #lock(id: string): Promise<boolean> {
    if (!this.#locks) {
      this.#held.set(id, () => undefined);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      this.#locks
        ?.request(`${this.#key}:${id}`, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          return lock && new Promise<void>((release) => this.#held.set(id, release));
        })
        .catch(() => resolve(false));
    });
  }

  #read(): Record<string, Entry> {
    try {
      const entries = Object.entries(JSON.parse(this.#storage?.getItem(this.#key) ?? '{}') as Record<string, Entry>);
      return Object.fromEntries(entries.filter(([, { savedAt }]) => Date.now() - savedAt < this.#maxAgeMs));
    } catch {
      // Someone else's data, or storage that is switched off: there is nothing to recover.
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
      // Full or switched off: recovery after a reload is lost, watching goes on.
    }
  }
}

function defaultStorage(): RecoveryOptions['storage'] {
  try {
    return globalThis.localStorage;
  } catch {
    // Browsers throw where the user forbids storage.
    return undefined;
  }
}
