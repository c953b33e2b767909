import { adviceFor } from './advice.js';
import type { GenerationFailure } from './events.js';
import type { GenerationState } from './generation-state.js';

/** A generation that ended without all of its images. */
export class GenerationError extends Error {
  override readonly name = 'GenerationError';
  readonly code: string;
  readonly suggestion: string;
  readonly failure: GenerationFailure | undefined;
  /** Its last state, with the images that were finished. */
  readonly state: GenerationState;

  constructor(state: GenerationState) {
    const { error, status, reason } = state;
    super(
      error?.message ??
        (status === 'cancelled' ? (reason ?? 'The generation was cancelled.') : 'The generation failed.'),
    );
    this.code = error?.code ?? status;
    this.suggestion = suggestionFor(state);
    this.failure = error;
    this.state = state;
  }
}

function suggestionFor({ error, status }: GenerationState): string {
  if (status === 'cancelled') {
    return 'Submit it again if that was not intended.';
  }
  return adviceFor(error ?? { code: 'internal_error' });
}
