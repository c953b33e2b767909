/** Typed listeners. A listener that throws affects neither the others nor the connection: its error is reported globally. */
export class Emitter<Events extends Record<string, unknown>> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  on<K extends keyof Events>(name: K, listener: (value: Events[K]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit<K extends keyof Events>(name: K, value: Events[K]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      guarded(listener as (value: Events[K]) => void, value);
    }
  }
}

/** Runs a listener; what it throws surfaces as an uncaught error, as with the platform's event listeners. */
export function guarded<T>(handler: (value: T) => void, value: T): void {
  try {
    handler(value);
  } catch (error) {
    if (typeof reportError === 'function') {
      reportError(error);
    } else {
      console.error(error);
    }
  }
}
