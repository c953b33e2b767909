const name = 'lockngen:templates-changed';

/** Notifies the page that templates were saved or deleted, so that no outdated ones are offered. */
export function tellTemplatesChanged(): void {
  window.dispatchEvent(new Event(name));
}

export function onTemplatesChanged(listener: () => void): () => void {
  window.addEventListener(name, listener);
  return () => window.removeEventListener(name, listener);
}
