/** Named locks that end with the tab. Without Web Locks, every tab gets every lock. */
export class TabLocks {
  readonly #locks: Pick<LockManager, 'request'> | undefined;
  readonly #prefix: string;
  readonly #held = new Map<string, () => void>();

  constructor(locks: Pick<LockManager, 'request'> | undefined, prefix: string) {
    this.#locks = locks;
    this.#prefix = prefix;
  }

  /** Takes the lock, or waits for it. */
  hold(name: string): void {
    if (!this.#held.has(name)) {
      void this.#request(name, {});
    }
  }

  /** Takes the lock if no tab holds it, not even this one. */
  async tryHold(name: string): Promise<boolean> {
    return !this.#held.has(name) && this.#request(name, { ifAvailable: true });
  }

  release(name: string): void {
    this.#held.get(name)?.();
    this.#held.delete(name);
  }

  #request(name: string, options: LockOptions): Promise<boolean> {
    return new Promise((resolve) => {
      // The lock is held until this promise resolves; if it is released before it is granted, it ends immediately.
      const held = new Promise<void>((release) => this.#held.set(name, release));
      if (!this.#locks) {
        resolve(true);
        return;
      }
      const granted = (lock: Lock | null) => {
        if (!lock) {
          this.#held.delete(name);
        }
        resolve(lock !== null);
        return lock ? held : undefined;
      };
      this.#locks.request(`${this.#prefix}:${name}`, options, granted).catch(() => resolve(false));
    });
  }
}
