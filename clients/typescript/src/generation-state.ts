import {
  type GenerationFailure,
  type GenerationImage,
  type GenerationMessage,
  type GenerationSnapshot,
  type GenerationStatus,
  isEnded,
} from './events.js';

/** All that is known of one generation: what `generation.snapshot` carries, kept up to date by every event after it. */
export interface GenerationState {
  readonly generationId: string;
  readonly status: GenerationStatus;
  /** The last event that went into this state. */
  readonly sequence: number;
  readonly images: readonly GenerationImage[];
  readonly attempt?: number;
  readonly instance?: string;
  /** How many wait ahead; 0 = next. Only while queued. */
  readonly position?: number;
  readonly estimatedWaitSeconds?: number;
  /** Percentage of the running node. */
  readonly progress?: number;
  /** Percentage of the whole generation. */
  readonly overallProgress?: number;
  readonly step?: number;
  readonly totalSteps?: number;
  readonly currentNode?: string;
  readonly nodeId?: string;
  readonly nodeTitle?: string;
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
  return { generationId, status: 'unknown', sequence: 0, images: [] };
}

/** The same reduction as the gateway's, so that a snapshot and the events that it stands for give the same state. */
export function reduceGeneration(state: GenerationState, message: GenerationMessage): GenerationState {
  if (message.type === 'subscription.gap') {
    return state;
  }
  if (message.type === 'generation.snapshot') {
    return fromSnapshot(state, message);
  }
  if (message.sequence <= state.sequence || isEnded(state.status)) {
    return state;
  }
  const { sequence, timestamp } = message;
  const next = { ...state, sequence, timestamp, attempt: Math.floor(sequence / attemptUnit) };
  switch (message.type) {
    case 'generation.queued':
      return { ...next, ...noNode, status: 'queued', ...message.data };
    case 'generation.started':
      return { ...next, ...noPlace, ...noNode, status: 'running', ...message.data };
    case 'generation.node': {
      const { cachedNodes: _, ...node } = message.data;
      return { ...next, ...noPlace, ...noNode, status: 'running', ...node };
    }
    case 'generation.preview':
      return { ...next, ...message.data };
    case 'generation.progress': {
      const overallProgress = Math.max(message.data.overallProgress, state.overallProgress ?? 0);
      return { ...next, ...noPlace, status: 'running', ...message.data, overallProgress };
    }
    case 'generation.image': {
      const { image, ...batch } = message.data;
      return { ...next, ...batch, images: withImages(state.images, [image]) };
    }
    default: {
      const { images = [], ...outcome } = message.data;
      const status = outcomes[message.type];
      const overallProgress = status === 'completed' ? 100 : state.overallProgress;
      const ended = { status, overallProgress, images: withImages(state.images, images) };
      return { ...next, ...noPlace, ...noNode, ...outcome, ...ended };
    }
  }
}

/** Attempts are the upper digits of a sequence. */
const attemptUnit = 1_000_000_000;

const outcomes = {
  'generation.completed': 'completed',
  'generation.failed': 'failed',
  'generation.cancelled': 'cancelled',
} as const;

/** It waits no longer. */
const noPlace = { position: undefined, estimatedWaitSeconds: undefined };

/** What the node that ran said of itself does not apply to the next one. */
const noNode = {
  progress: undefined,
  step: undefined,
  totalSteps: undefined,
  currentNode: undefined,
  nodeId: undefined,
  nodeTitle: undefined,
};

function fromSnapshot(state: GenerationState, { generationId, sequence, data, timestamp }: GenerationSnapshot) {
  if (data.status === 'unknown') {
    // Nobody knows it any more: what was seen of it stays true.
    return isEnded(state.status) ? state : { ...state, status: data.status };
  }
  return { ...initialState(generationId), sequence, ...data, images: data.images ?? [], timestamp };
}

/** The state as the snapshot that a gateway would send: what a late subscriber is handed first. */
export function toSnapshot({ generationId, sequence, timestamp, ...data }: GenerationState): GenerationSnapshot {
  return {
    type: 'generation.snapshot',
    generationId,
    sequence,
    data: { ...data, images: [...data.images] },
    timestamp,
  };
}

/** Images are keyed by index: after a lost attempt the stored ones are announced again. */
function withImages(known: readonly GenerationImage[], added: readonly GenerationImage[]): GenerationImage[] {
  const byIndex = new Map([...known, ...added].map((image) => [image.index, image]));
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}
