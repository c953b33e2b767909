import { useMemo, useSyncExternalStore } from 'react';
import type { RealtimeConnection } from '../connection.js';
import { type GenerationState, initialState } from '../generation-state.js';
import { initialProgress } from '../progress.js';
import { createGenerationStore, type TrackedGeneration } from './generation-store.js';

const nothing: TrackedGeneration = { generation: initialState(''), progress: initialProgress };
const idle = {
  subscribe: () => () => undefined,
  getSnapshot: () => nothing,
  getServerSnapshot: () => nothing,
};

/** One generation, or none: the basis of the public hooks. */
export function useTrackedGeneration(
  connection: RealtimeConnection,
  id: string | null | undefined,
  from?: GenerationState,
): TrackedGeneration {
  const store = useMemo(() => (id ? createGenerationStore(connection, id, from) : idle), [connection, id, from]);
  return useSyncExternalStore(store.subscribe, store.getSnapshot, store.getServerSnapshot);
}
