import { useEffect, useRef } from 'react';
import type { GenerationState } from '../generation-state.js';
import { recoverGenerations } from '../recover-generations.js';
import { useLockNGen } from './context.js';
import { useLatest } from './use-latest.js';

/** Looks once for a generation that an earlier visit of this page was following. */
export function useRecoveredGeneration(isWanted: boolean, onFound: (state: GenerationState) => void): void {
  const { client, recovery } = useLockNGen('useGeneration');
  const latest = useLatest(onFound);
  const isMounted = useRef(false);
  const hasLooked = useRef(false);
  useEffect(() => {
    isMounted.current = true;
    // StrictMode mounts twice: the second mount would find everything claimed by the first.
    if (isWanted && !hasLooked.current) {
      hasLooked.current = true;
      recoverGenerations(recovery, client, 1).then(([state]) => {
        if (state && isMounted.current) {
          latest.current(state);
        } else if (state) {
          recovery.release(state.generationId);
        }
      });
    }
    return () => {
      isMounted.current = false;
    };
  }, [isWanted, recovery, client, latest]);
}
