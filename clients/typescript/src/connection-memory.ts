import type { BreakerState } from './circuit-breaker.js';
import type { TransportKind } from './transports/transport.js';

export type ConnectionStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What is kept across reloads of the page: the working transport and the state of the breaker. */
export interface RememberedConnection {
  readonly transport?: TransportKind;
  readonly breaker?: BreakerState;
}

/** Networks change: older state is ignored. In milliseconds. */
const maxAgeMs = 300_000;

/** Keeps the state of one gateway's connection in the browser. */
export class ConnectionMemory {
  readonly #storage: ConnectionStorage | undefined;
  readonly #key: string;

  /** `storage` null = remember nothing. Default: localStorage, if available. */
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
      // Data of another program, or disabled storage: nothing is known.
      return {};
    }
  }

  write(connection: RememberedConnection): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify({ ...connection, savedAt: Date.now() }));
    } catch {
      // Full or disabled: the next visit starts from scratch.
    }
  }
}

export function browserStorage(): ConnectionStorage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    // Browsers throw if the user blocks storage.
    return undefined;
  }
}
