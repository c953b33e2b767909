/** localStorage that a test can share between pages, fill up or break. */
export class MemoryStorage {
  readonly items = new Map<string, string>();
  writes = 0;
  broken = false;

  getItem(key: string): string | null {
    this.#check();
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#check();
    this.writes++;
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.#check();
    this.items.delete(key);
  }

  #check(): void {
    if (this.broken) {
      throw new Error('QuotaExceededError');
    }
  }
}
