import type { IProgressState } from '../progress.js';
import { useLockNGen } from './context.js';
import { useTrackedGeneration } from './use-tracked-generation.js';

/** The progress of a generation, with at most one render per frame. Idle without an id. */
export function useProgressTracking(generationId: string | null | undefined): IProgressState {
  const { connection } = useLockNGen('useProgressTracking');
  return useTrackedGeneration(connection, generationId).progress;
}
