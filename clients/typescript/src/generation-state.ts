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
  const next = { ...state, sequence, timestamp };
  switch (message.type) {
    case 'generation.queued':
      return { ...next, status: 'queued', ...present(message.data) };
    case 'generation.started':
      return { ...next, ...running, ...present(message.data) };
    case 'generation.node':
    case 'generation.preview': {
      const { cachedNodes: _, ...data } = present(message.data) as Record<string, unknown>;
      return { ...next, ...running, ...data };
    }
    case 'generation.progress': {
      const data = present(message.data);
      const overallProgress = Math.max(data.overallProgress ?? 0, state.overallProgress ?? 0);
      return { ...next, ...running, ...data, overallProgress };
    }
    case 'generation.image': {
      const { image, ...data } = present(message.data);
      return { ...next, ...running, ...data, images: withImages(state.images, [image]) };
    }
    case 'generation.completed': {
      const { images, ...data } = present(message.data);
      const done = { status: 'completed', progress: 100, overallProgress: 100 } as const;
      return { ...next, ...idle, ...done, ...data, images: withImages(state.images, images) };
    }
    case 'generation.failed': {
      const { images = [], ...data } = present(message.data);
      return { ...next, ...idle, status: 'failed', ...data, images: withImages(state.images, images) };
    }
    case 'generation.cancelled':
      return { ...next, ...idle, status: 'cancelled', ...present(message.data) };
  }
}

const idle = { position: undefined, estimatedWaitSeconds: undefined } as const;
const running = { ...idle, status: 'running' } as const;

function fromSnapshot(state: GenerationState, { generationId, sequence, data, timestamp }: GenerationSnapshot) {
  if (data.status === 'unknown') {
    // Nobody knows it any more: what was seen of it stays true.
    return isEnded(state.status) ? state : { ...state, status: data.status };
  }
  const { images = [], ...rest } = present(data);
  return { ...initialState(generationId), sequence, images, ...rest, timestamp: timestamp ?? undefined };
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

type Present<T> = { [K in keyof T]: Exclude<T[K], null> };

/** A null on the wire means "not there": it must not erase what is known. */
function present<T extends object>(data: T): Present<T> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value != null)) as Present<T>;
}
