import type { IProgressState } from '../progress.js';
import { useLockNGen } from './context.js';
import { useTrackedGeneration } from './use-tracked-generation.js';

/** The progress of a generation, at most one render per frame. Without an id it waits. */
export function useProgressTracking(generationId: string | null | undefined): IProgressState {
  const { connection } = useLockNGen('useProgressTracking');
  return useTrackedGeneration(connection, generationId).progress;
}
