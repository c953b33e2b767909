import * as handle from './event-handlers.js';
import { type GenerationMessage, type GenerationSnapshot, isEnded } from './events.js';
import { type GenerationState, initialState } from './generation-state.js';

/** The same reduction as the gateway's, so that a snapshot and the events that it summarizes give the same state. */
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
  switch (message.type) {
    case 'generation.queued':
      return handle.handleQueuedEvent(state, message);
    case 'generation.started':
      return handle.handleStartedEvent(state, message);
    case 'generation.node':
      return handle.handleExecutingEvent(state, message);
    case 'generation.progress':
      return handle.handleProgressEvent(state, message);
    case 'generation.preview':
      return handle.handlePreviewEvent(state, message);
    case 'generation.custom':
      return handle.handleCustomEvent(state, message);
    case 'generation.image':
    case 'generation.completed':
      return handle.handleExecutedEvent(state, message);
    case 'generation.failed':
      return handle.handleErrorEvent(state, message);
    case 'generation.cancelled':
      return handle.handleCancelledEvent(state, message);
  }
}

function fromSnapshot(state: GenerationState, { generationId, sequence, data, timestamp }: GenerationSnapshot) {
  if (data.status === 'unknown') {
    // The server no longer knows it: what was received remains valid.
    return isEnded(state.status) ? state : { ...state, status: data.status };
  }
  const { images = [], warnings = [] } = data;
  const next = { ...initialState(generationId), sequence, ...data, images, warnings, timestamp };
  // A gateway that has just started may not have progress yet that another one has already sent.
  return sequence < state.sequence && !isEnded(next.status)
    ? { ...next, overallProgress: Math.max(state.overallProgress, next.overallProgress) }
    : next;
}
