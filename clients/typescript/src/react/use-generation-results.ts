import { useMemo } from 'react';
import { type GenerationResult, toResult } from '../results.js';
import { useGenerationState } from './use-generation-state.js';

/** The results of a generation so far, discriminated by `kind`. Empty without an id. */
export function useGenerationResults(generationId: string | null | undefined): readonly GenerationResult[] {
  const { images } = useGenerationState(generationId);
  return useMemo(() => images.map(toResult), [images]);
}
