import { randomUuid } from './uuid.js';

/** A stable anonymous owner id for this browser, created on first use. */
export function getSessionId(storage: Pick<Storage, 'getItem' | 'setItem'>, key = 'lockngen:session'): string {
  try {
    const known = storage.getItem(key);
    if (known) {
      return known;
    }
    const id = randomUuid();
    storage.setItem(key, id);
    return id;
  } catch {
    // Storage can be disabled: the id then lasts as long as the page.
    return randomUuid();
  }
}
