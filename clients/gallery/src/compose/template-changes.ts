const name = 'lockngen:templates-changed';

/** Tells all of the page that templates were saved or deleted, so that nothing old is offered. */
export function tellTemplatesChanged(): void {
  window.dispatchEvent(new Event(name));
}

export function onTemplatesChanged(listener: () => void): () => void {
  window.addEventListener(name, listener);
  return () => window.removeEventListener(name, listener);
}
