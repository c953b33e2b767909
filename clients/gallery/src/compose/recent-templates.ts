import type { Template } from './template';

const key = 'lockngen:recent-templates';
const most = 20;

/** Records that a template was chosen. */
export function noteRecent(storage: Storage, name: string): void {
  storage.setItem(key, JSON.stringify([name, ...recent(storage).filter((other) => other !== name)].slice(0, most)));
}

/** Recently used ones first; the others in the server's order. */
export function lastUsedFirst(storage: Storage, templates: readonly Template[]): readonly Template[] {
  const names = recent(storage);
  const place = ({ name }: Template) => (names.includes(name) ? names.indexOf(name) : names.length);
  return [...templates].sort((a, b) => place(a) - place(b));
}

function recent(storage: Storage): string[] {
  try {
    const names: unknown = JSON.parse(storage.getItem(key) ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
