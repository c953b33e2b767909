import type { GenerationState } from '../generation-state.js';
import { useLockNGen } from './context.js';
import { useTrackedGeneration } from './use-tracked-generation.js';

/** Everything known about a generation, with at most one render per frame. Idle without an id. */
export function useGenerationState(generationId: string | null | undefined): GenerationState {
  const { connection } = useLockNGen('useGenerationState');
  return useTrackedGeneration(connection, generationId).generation;
}
