import type { GenerationImage } from '@lockngen/client';
import { useCallback, useMemo, useState } from 'react';
import type { Generation } from '../generations/generation';

export interface OpenImage {
  readonly generation: Generation;
  readonly image: GenerationImage;
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
}

/** Which picture is looked at in full, among all that are on the sheet. */
export function useOpenImage(generations: readonly Generation[]) {
  const [shown, setShown] = useState<{ id: string; index: number } | null>(null);
  const pictures = useMemo(
    () =>
      shown ? generations.flatMap((generation) => generation.state.images.map((image) => ({ generation, image }))) : [],
    [generations, shown],
  );
  const at = pictures.findIndex(({ generation, image }) => generation.id === shown?.id && image.index === shown.index);
  const picture = pictures[at];
  const show = useCallback((id: string, index: number) => setShown({ id, index }), []);
  const close = useCallback(() => setShown(null), []);
  const move = (by: 1 | -1) => {
    const next = pictures[at + by];
    if (next) {
      show(next.generation.id, next.image.index);
    }
  };
  const open: OpenImage | undefined = picture && {
    ...picture,
    hasPrevious: at > 0,
    hasNext: at < pictures.length - 1,
  };
  return { open, show, close, current: move };
}
