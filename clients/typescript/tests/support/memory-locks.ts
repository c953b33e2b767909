type Granted = (lock: Lock | null) => unknown;

/** The Web Locks of one browser: exclusive, first come first served. `closeTab` frees what a tab held. */
export class MemoryLocks {
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #tabs = new Map<string, () => void>();

  tab(name: string): Pick<LockManager, 'request'> {
    const closed = new Promise<void>((close) => this.#tabs.set(name, close));
    const request = async (lock: string, options: LockOptions, granted: Granted) => {
      const before = this.#queues.get(lock);
      if (before && options.ifAvailable) {
        return granted(null);
      }
      const run = (before ?? Promise.resolve()).then(() =>
        Promise.race([granted({ name: lock, mode: 'exclusive' }), closed]),
      );
      const done = run.finally(() => {
        if (this.#queues.get(lock) === done) {
          this.#queues.delete(lock);
        }
      });
      this.#queues.set(lock, done);
      return done;
    };
    return { request: request as LockManager['request'] };
  }

  async closeTab(name: string): Promise<void> {
    this.#tabs.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
