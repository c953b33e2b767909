import type {
  GenerationFailure,
  GenerationImage,
  GenerationSnapshot,
  GenerationStatus,
  GenerationWarning,
} from './events.js';

/** Everything known about one generation: the content of `generation.snapshot`, updated by every later event. */
export interface GenerationState {
  readonly generationId: string;
  readonly status: GenerationStatus;
  /** The last event included in this state. */
  readonly sequence: number;
  /** The results so far, as the server sent them; `toResult` converts them to typed results. */
  readonly images: readonly GenerationImage[];
  /** What users should know although nothing failed. */
  readonly warnings: readonly GenerationWarning[];
  /** The number of the attempt: 1, 2, 3; a lost attempt is followed by a new one. */
  readonly attempt?: number;
  readonly instance?: string;
  /** How many generations are ahead of it; 0 = next. Only while queued. */
  readonly position?: number;
  /** How many prompts are ahead of it in its instance's own queue, including those of others. Only while dispatched. */
  readonly waitsBehind?: number;
  readonly estimatedWaitSeconds?: number;
  /** Percentage of the running node. */
  readonly progress?: number;
  /** Percentage of the whole generation. */
  readonly overallProgress: number;
  readonly step?: number;
  readonly totalSteps?: number;
  readonly currentNode?: string;
  readonly nodeId?: string;
  readonly nodeTitle?: string;
  /** Completed nodes of the running prompt, including cached ones, and the total. */
  readonly nodesDone?: number;
  readonly nodesTotal?: number;
  readonly cachedNodeIds?: readonly string[];
  /** The running prompt of the batch, from 1. */
  readonly imageIndex?: number;
  readonly totalImages?: number;
  readonly previewUrl?: string;
  /** A data: URL, only with inline previews. */
  readonly preview?: string;
  readonly error?: GenerationFailure;
  readonly durationSeconds?: number;
  readonly reason?: string;
  readonly timestamp?: string;
}

export function initialState(generationId: string): GenerationState {
  return { generationId, status: 'unknown', sequence: 0, overallProgress: 0, images: [], warnings: [] };
}

/** The state as the snapshot that a gateway would send: the first message to a late subscriber. */
export function toSnapshot({
  generationId,
  sequence,
  timestamp,
  cachedNodeIds,
  ...data
}: GenerationState): GenerationSnapshot {
  return {
    type: 'generation.snapshot',
    generationId,
    sequence,
    data: {
      ...data,
      images: [...data.images],
      warnings: [...data.warnings],
      ...(cachedNodeIds && { cachedNodeIds: [...cachedNodeIds] }),
    },
    timestamp,
  };
}
