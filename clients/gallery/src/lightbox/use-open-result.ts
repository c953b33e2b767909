import { type GenerationResult, toResult } from '@lockngen/client';
import { useCallback, useMemo, useState } from 'react';
import type { Generation } from '../generations/generation';

export interface OpenResult {
  readonly generation: Generation;
  readonly result: GenerationResult;
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
}

/** The result that is open in the lightbox, among all on the sheet. */
export function useOpenResult(generations: readonly Generation[]) {
  const [shown, setShown] = useState<{ id: string; index: number } | null>(null);
  const all = useMemo(
    () =>
      shown ? generations.flatMap((generation) => generation.state.images.map((image) => ({ generation, image }))) : [],
    [generations, shown],
  );
  const at = all.findIndex(({ generation, image }) => generation.id === shown?.id && image.index === shown.index);
  const { generation, image } = all[at] ?? {};
  // The same object until the result changes: a player must not restart at every event.
  const result = useMemo(() => image && toResult(image), [image]);
  const show = useCallback((id: string, index: number) => setShown({ id, index }), []);
  const close = useCallback(() => setShown(null), []);
  const move = (by: 1 | -1) => {
    const next = all[at + by];
    if (next) {
      show(next.generation.id, next.image.index);
    }
  };
  const open: OpenResult | undefined = generation &&
    result && { generation, result, hasPrevious: at > 0, hasNext: at < all.length - 1 };
  return { open, show, close, current: move };
}
