import type { GenerationRecord } from '../generations/generation';

type Values = Readonly<Record<string, unknown>>;

/** The request being written. `values` contains only what differs from the template's defaults. */
export interface Draft {
  readonly template: string;
  readonly values: Values;
  readonly count: number;
}

export const maxCount = 100;

const key = 'lockngen:draft';
/** Without a template, it is the first that the server offers. */
const fresh: Draft = { template: '', values: {}, count: 1 };

/** The draft, kept in the browser across visits. */
export class DraftStore {
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();
  /** Values that are being uploaded, by name. */
  readonly #uploads = new Map<string, Promise<unknown>>();
  #draft: Draft;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#draft = restore(storage);
  }

  readonly getSnapshot = (): Draft => this.#draft;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  choose(template: string): void {
    this.#change({ template });
  }

  /** Undefined restores the default. */
  set(values: Values): void {
    this.#change({ values: present({ ...this.#draft.values, ...values }) });
  }

  setCount(count: number): void {
    this.#change({ count: Math.min(maxCount, Math.max(1, Math.round(count) || 1)) });
  }

  /** Adopts the settings of an earlier generation. */
  load({ template, parameters, count }: GenerationRecord): void {
    this.#change({ template: template ?? fresh.template, values: present(parameters ?? {}), count: count ?? 1 });
  }

  /** Sets a value that is still being uploaded; of two for one name, the later counts. Rejects if the upload does. */
  async setLater(name: string, value: Promise<unknown>): Promise<void> {
    this.#uploads.set(name, value);
    this.set({ [name]: undefined });
    const isCurrent = () => this.#uploads.get(name) === value;
    try {
      const result = await value;
      if (isCurrent()) {
        this.set({ [name]: result });
      }
    } finally {
      if (isCurrent()) {
        this.#uploads.delete(name);
      }
    }
  }

  /** The draft, once all uploads have finished. */
  async settled(): Promise<Draft> {
    while (this.#uploads.size > 0) {
      await Promise.allSettled(this.#uploads.values());
    }
    return this.#draft;
  }

  #change(change: Partial<Draft>): void {
    this.#draft = { ...this.#draft, ...change };
    this.#storage.setItem(key, JSON.stringify(this.#draft));
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}

function present(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}

function restore(storage: Storage): Draft {
  try {
    return { ...fresh, ...JSON.parse(storage.getItem(key) ?? '{}') };
  } catch {
    // Another program wrote there.
    return fresh;
  }
}
