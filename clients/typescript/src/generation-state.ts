import type {
  GenerationFailure,
  GenerationImage,
  GenerationSnapshot,
  GenerationStatus,
  GenerationWarning,
} from './events.js';

/** All that is known of one generation: what `generation.snapshot` carries, kept up to date by every event after it. */
export interface GenerationState {
  readonly generationId: string;
  readonly status: GenerationStatus;
  /** The last event that went into this state. */
  readonly sequence: number;
  /** What it made so far, as the server told it; `toResult` makes the typed results of it. */
  readonly images: readonly GenerationImage[];
  /** What people should know although it is no failure. */
  readonly warnings: readonly GenerationWarning[];
  /** Which try it is: 1, 2, 3; a new one follows a lost one. */
  readonly attempt?: number;
  readonly instance?: string;
  /** How many wait ahead; 0 = next. Only while queued. */
  readonly position?: number;
  /** How many prompts are ahead of it in its instance's own queue, others' among them. Only while dispatched. */
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
  /** Nodes of the running prompt that are done, the cached ones among them, and in all. */
  readonly nodesDone?: number;
  readonly nodesTotal?: number;
  readonly cachedNodeIds?: readonly string[];
  /** 1-based: the prompt of the batch that is running. */
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

/** The state as the snapshot that a gateway would send: what a late subscriber is handed first. */
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
