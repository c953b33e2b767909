import type { RealtimeConnection } from '../connection.js';
import type { GenerationMessage } from '../events.js';
import { reduceGeneration } from '../generation-reducer.js';
import { type GenerationState, initialState } from '../generation-state.js';
import { type IProgressState, initialProgress, trackProgress } from '../progress.js';
import { BatchedStore } from './batched-store.js';

export interface TrackedGeneration {
  readonly generation: GenerationState;
  readonly progress: IProgressState;
}

export type GenerationStore = BatchedStore<TrackedGeneration, GenerationMessage>;

/** One generation for React: subscribed while a component shows it. `from` = its state at submission or at the end of an earlier visit. */
export function createGenerationStore(
  connection: RealtimeConnection,
  id: string,
  from?: GenerationState,
): GenerationStore {
  const generation = from ?? initialState(id);
  const initial = { generation, progress: trackProgress(initialProgress, generation) };
  const store: GenerationStore = new BatchedStore(reduce, initial, (dispatch) => {
    // After a remount (StrictMode, a hidden route), continue where the component left off.
    const { generation: last } = store.getSnapshot();
    return connection.subscribe(id, dispatch, from || last.sequence > 0 ? { after: last.sequence, state: last } : {});
  });
  return store;
}

function reduce(tracked: TrackedGeneration, message: GenerationMessage): TrackedGeneration {
  const generation = reduceGeneration(tracked.generation, message);
  return generation === tracked.generation
    ? tracked
    : { generation, progress: trackProgress(tracked.progress, generation) };
}
