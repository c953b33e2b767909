import type { DraftStore } from './draft-store';

const longest = 10_000;

/** `/?template=name&prompt=...`: fills the form with what the address asks for, and leaves the address as it was before. */
export function followLink(draft: DraftStore, address: URL): void {
  const wanted = [...address.searchParams].filter(([, value]) => value.length <= longest);
  const template = address.searchParams.get('template');
  if (!template && !address.searchParams.has('prompt')) {
    return;
  }
  if (template) {
    draft.choose(template);
  }
  draft.set(
    Object.fromEntries(wanted.filter(([name]) => name !== 'template').map(([name, value]) => [name, typed(value)])),
  );
  history.replaceState(history.state, '', address.pathname + address.hash);
}

// Numbers are numbers; everything else is a text.
function typed(value: string): unknown {
  return /^-?\d{1,15}(\.\d+)?$/.test(value) ? Number(value) : value;
}
