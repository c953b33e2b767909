import type { EventType, GenerationEvent, GenerationImage, MessageOf } from './events.js';
import type { GenerationState } from './generation-state.js';

/** What each kind of event does to the state of its generation. */

type Handler<T extends EventType> = (state: GenerationState, event: MessageOf<T>) => GenerationState;

export const handleQueuedEvent: Handler<'generation.queued'> = (state, event) => ({
  ...advance(state, event),
  ...noPlace,
  ...noNode,
  instance: undefined,
  // It has a place in the instance's own queue, but it is still waiting.
  status: event.data.instance === undefined ? 'queued' : 'dispatched',
  ...event.data,
});

export const handleStartedEvent: Handler<'generation.started'> = (state, event) => ({
  ...advance(state, event),
  ...noPlace,
  ...noNode,
  status: 'running',
  ...event.data,
});

export const handleExecutingEvent: Handler<'generation.node'> = (state, event) => {
  const { cachedNodes: _, ...node } = event.data;
  return { ...advance(state, event), ...noPlace, ...noNode, status: 'running', ...node };
};

export const handleProgressEvent: Handler<'generation.progress'> = (state, event) => {
  const { cachedNodeIds: _, ...progress } = event.data;
  const overallProgress = Math.max(progress.overallProgress, state.overallProgress);
  return { ...advance(state, event), ...noPlace, status: 'running', ...progress, overallProgress };
};

export const handlePreviewEvent: Handler<'generation.preview'> = (state, event) => {
  // Which node runs is reported by other events.
  const { nodeId: _, ...preview } = event.data;
  return { ...advance(state, event), ...noPlace, status: 'running', ...preview };
};

/** Its content depends on the node; for the state it means that the generation is running. */
export const handleCustomEvent: Handler<'generation.custom'> = (state, event) => ({
  ...advance(state, event),
  ...noPlace,
  status: 'running',
});

/** Output: one image of the batch, or its end. */
export const handleExecutedEvent: Handler<'generation.image' | 'generation.completed'> = (state, event) => {
  if (event.type === 'generation.image') {
    const { image, ...batch } = event.data;
    const images = withImages(state.images, [image]);
    return { ...advance(state, event), ...noPlace, status: 'running', ...batch, images };
  }
  const { images, warnings = state.warnings, ...outcome } = event.data;
  const results = { images: withImages(state.images, images), warnings };
  const completed = { status: 'completed', overallProgress: 100, ...results } as const;
  return { ...advance(state, event), ...noPlace, ...noNode, ...outcome, ...completed };
};

export const handleErrorEvent: Handler<'generation.failed'> = (state, event) => {
  const { images, error, warnings = state.warnings } = event.data;
  const failed = { status: 'failed', error, images: withImages(state.images, images), warnings } as const;
  return { ...advance(state, event), ...noPlace, ...noNode, ...failed };
};

export const handleCancelledEvent: Handler<'generation.cancelled'> = (state, event) => {
  const { images = [], reason, warnings = state.warnings } = event.data;
  const cancelled = { status: 'cancelled', reason, images: withImages(state.images, images), warnings } as const;
  return { ...advance(state, event), ...noPlace, ...noNode, ...cancelled };
};

function advance(state: GenerationState, { sequence, timestamp }: GenerationEvent): GenerationState {
  return { ...state, sequence, timestamp, attempt: state.attempt ?? 0 };
}

/** It is no longer waiting. */
const noPlace = { position: undefined, estimatedWaitSeconds: undefined, waitsBehind: undefined };

/** What the previous node reported does not apply to the next one. */
const noNode = {
  progress: undefined,
  step: undefined,
  totalSteps: undefined,
  currentNode: undefined,
  nodeId: undefined,
  nodeTitle: undefined,
  nodesDone: undefined,
  nodesTotal: undefined,
  cachedNodeIds: undefined,
};

/** Images are keyed by index: after a lost attempt the stored ones are announced again. */
function withImages(known: readonly GenerationImage[], added: readonly GenerationImage[]): GenerationImage[] {
  const byIndex = new Map([...known, ...added].map((image) => [image.index, image]));
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}
