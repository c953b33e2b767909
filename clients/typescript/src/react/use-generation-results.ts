import { useMemo } from 'react';
import { type GenerationResult, toResult } from '../results.js';
import { useGenerationState } from './use-generation-state.js';

/** What a generation has made so far, told apart by `kind`. Without an id it waits. */
export function useGenerationResults(generationId: string | null | undefined): readonly GenerationResult[] {
  const { images } = useGenerationState(generationId);
  return useMemo(() => images.map(toResult), [images]);
}
