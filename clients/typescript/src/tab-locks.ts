/** Named locks that end with the tab. Without Web Locks every tab gets what it asks for. */
export class TabLocks {
  readonly #locks: Pick<LockManager, 'request'> | undefined;
  readonly #prefix: string;
  readonly #held = new Map<string, () => void>();

  constructor(locks: Pick<LockManager, 'request'> | undefined, prefix: string) {
    this.#locks = locks;
    this.#prefix = prefix;
  }

  /** Takes the lock, or gets in line for it. */
  hold(name: string): void {
    if (!this.#held.has(name)) {
      void this.#request(name, {});
    }
  }

  /** Takes the lock if nobody has it, this tab included. */
  async tryHold(name: string): Promise<boolean> {
    return !this.#held.has(name) && this.#request(name, { ifAvailable: true });
  }

  release(name: string): void {
    this.#held.get(name)?.();
    this.#held.delete(name);
  }

  #request(name: string, options: LockOptions): Promise<boolean> {
    return new Promise((resolve) => {
      // The lock lasts as long as this promise; released before it was granted, it ends at once.
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
