import type { BreakerState } from './circuit-breaker.js';
import type { TransportKind } from './transports/transport.js';

export type ConnectionStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What a reload of the page should not forget: by which transport it went, and how far the breaker is. */
export interface RememberedConnection {
  readonly transport?: TransportKind;
  readonly breaker?: BreakerState;
}

/** A network changes: what was learned of it longer ago counts for nothing. In milliseconds. */
const maxAgeMs = 300_000;

/** Keeps the state of one gateway's connection in the browser. */
export class ConnectionMemory {
  readonly #storage: ConnectionStorage | undefined;
  readonly #key: string;

  /** `storage` null = remember nothing. Default: localStorage, where there is one. */
  constructor(realtimeUrl: string, storage: ConnectionStorage | null | undefined) {
    this.#storage = storage === undefined ? browserStorage() : (storage ?? undefined);
    this.#key = `lockngen:connection:${realtimeUrl}`;
  }

  read(): RememberedConnection {
    try {
      const { savedAt, ...remembered } = JSON.parse(this.#storage?.getItem(this.#key) ?? '{}');
      const age = Date.now() - savedAt;
      return age >= 0 && age < maxAgeMs ? remembered : {};
    } catch {
      // Someone else's data, or storage that is switched off: there is nothing to go by.
      return {};
    }
  }

  write(connection: RememberedConnection): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify({ ...connection, savedAt: Date.now() }));
    } catch {
      // Full or switched off: the next visit starts afresh.
    }
  }
}

export function browserStorage(): ConnectionStorage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    // Browsers throw where the user forbids storage.
    return undefined;
  }
}
