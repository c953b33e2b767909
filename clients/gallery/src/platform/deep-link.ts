import type { DraftStore } from './draft-store';

const longest = 10_000;

/** `/?template=name&prompt=...`: fills the form from the address, and removes the parameters from it. */
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

// Numbers become numbers; everything else is text.
function typed(value: string): unknown {
  return /^-?\d{1,15}(\.\d+)?$/.test(value) ? Number(value) : value;
}
