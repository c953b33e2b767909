import type { Generation } from '../generations/generation';

export interface Layout {
  /** Waiting generations, the next one first. */
  readonly queue: readonly Generation[];
  /** Generations that are rendering, or about to. */
  readonly active: readonly Generation[];
  /** Newest first. */
  readonly ended: readonly Generation[];
  /** Generations shown enlarged: all that are rendering, or else the newest. */
  readonly large: ReadonlySet<string>;
}

/** Waiting generations are in the list; those that have begun, or are about to, are on the film. A search covers all of them. */
export function layOut(generations: readonly Generation[], isSearch: boolean): Layout {
  if (isSearch) {
    return { queue: [], active: [], ended: generations, large: new Set() };
  }
  const running = generations.filter(({ state }) => state.status === 'running' || state.status === 'dispatched');
  const line = generations
    .filter(({ state }) => state.status === 'queued' || state.status === 'unknown')
    .sort(byPosition);
  const active = running.length > 0 ? running : line.slice(0, 1);
  const queue = line.filter((generation) => !active.includes(generation));
  const ended = generations.filter((generation) => !active.includes(generation) && !queue.includes(generation));
  const large = active.length > 0 ? active : ended.filter(({ state }) => state.images.length > 0).slice(0, 1);
  return { queue, active, ended, large: new Set(large.map(({ id }) => id)) };
}

function byPosition(a: Generation, b: Generation): number {
  return (a.state.position ?? Number.MAX_VALUE) - (b.state.position ?? Number.MAX_VALUE) || a.createdAt - b.createdAt;
}
