import type { GenerationStatus } from './events.js';
import type { GenerationState } from './generation-state.js';

export interface ProgressSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly percentage: number;
  readonly overallPercentage: number;
  readonly currentStep: number;
  readonly totalSteps: number;
  readonly imageIndex: number;
  readonly currentNode: string | null;
}

/** The progress of one generation, in terms of the user interface. */
export interface IProgressState {
  readonly status: GenerationStatus;
  readonly currentStep: number;
  readonly totalSteps: number;
  /** Of the running node: step 9 of 20 is 45. */
  readonly percentage: number;
  /** Of the whole generation: what the bar shows. Never falls. */
  readonly overallPercentage: number;
  /** The title of the running node, or its class. */
  readonly currentNode: string | null;
  /** Its class, for `activityOf`. */
  readonly currentNodeType?: string | null;
  /** Seconds remaining, or null if they cannot be estimated yet. */
  readonly eta: number | null;
  /** The image of the batch that is being rendered, from 1. */
  readonly imageIndex: number;
  readonly totalImages: number;
  /** While it waits, also in the queue of its instance: how many are ahead; 0 = next. */
  readonly position: number | null;
  /** The last 100 changes, oldest first. */
  readonly history: readonly ProgressSample[];
}

const historyLimit = 100;

export const initialProgress: IProgressState = {
  status: 'unknown',
  currentStep: 0,
  totalSteps: 0,
  percentage: 0,
  overallPercentage: 0,
  currentNode: null,
  currentNodeType: null,
  eta: null,
  imageIndex: 0,
  totalImages: 0,
  position: null,
  history: [],
};

/** Updates the progress with a newer state of the generation. */
export function trackProgress(before: IProgressState, state: GenerationState, now = Date.now()): IProgressState {
  const next = {
    status: state.status,
    currentStep: state.step ?? 0,
    totalSteps: state.totalSteps ?? 0,
    percentage: state.progress ?? 0,
    overallPercentage: state.overallProgress,
    currentNode: state.nodeTitle ?? state.currentNode ?? null,
    currentNodeType: state.currentNode ?? null,
    imageIndex: state.imageIndex ?? 0,
    totalImages: state.totalImages ?? 0,
    position: state.position ?? null,
  };
  const history = state.status === 'running' ? remember(before.history, next, now) : before.history;
  return { ...next, eta: state.status === 'running' ? estimate(history) : null, history };
}

function remember(
  history: readonly ProgressSample[],
  { percentage, overallPercentage, currentStep, totalSteps, imageIndex, currentNode }: Omit<ProgressSample, 'at'>,
  at: number,
): readonly ProgressSample[] {
  const last = history.at(-1);
  const isNews =
    last?.percentage !== percentage ||
    last.overallPercentage !== overallPercentage ||
    last.currentStep !== currentStep ||
    last.currentNode !== currentNode ||
    last.imageIndex !== imageIndex;
  const sample = { at, percentage, overallPercentage, currentStep, totalSteps, imageIndex, currentNode };
  return isNews ? [...history.slice(1 - historyLimit), sample] : history;
}

/** Extrapolates the pace of the remembered samples. */
function estimate(history: readonly ProgressSample[]): number | null {
  const first = history[0];
  const last = history.at(-1);
  if (!first || !last || last.overallPercentage <= first.overallPercentage || last.at <= first.at) {
    return null;
  }
  const perSecond = (last.overallPercentage - first.overallPercentage) / ((last.at - first.at) / 1_000);
  return Math.round((100 - last.overallPercentage) / perSecond);
}
