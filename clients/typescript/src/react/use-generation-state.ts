import type { GenerationState } from '../generation-state.js';
import { useLockNGen } from './context.js';
import { useTrackedGeneration } from './use-tracked-generation.js';

/** All that is known of a generation, at most one render per frame. Without an id it waits. */
export function useGenerationState(generationId: string | null | undefined): GenerationState {
  const { connection } = useLockNGen('useGenerationState');
  return useTrackedGeneration(connection, generationId).generation;
}
