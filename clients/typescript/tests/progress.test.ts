import { describe, expect, it } from 'vitest';
import {
  announcement,
  type GenerationEvent,
  type IProgressState,
  initialProgress,
  initialState,
  progressText,
  reduceGeneration,
  trackProgress,
} from '../src/index.js';
import { EventFactory } from './support/event-factory.js';

/** Tracks events that come one second apart. */
function track(events: readonly GenerationEvent[]): IProgressState {
  let state = initialState('g');
  let progress = initialProgress;
  for (const [second, event] of events.entries()) {
    state = reduceGeneration(state, event);
    progress = trackProgress(progress, state, second * 1_000);
  }
  return progress;
}

describe('trackProgress', () => {
  it('says where the batch stands', () => {
    const factory = new EventFactory();
    expect(track([factory.started(4), factory.node(), factory.progress(12, 20, 2, 4)])).toMatchObject({
      status: 'running',
      currentStep: 12,
      totalSteps: 20,
      percentage: 60,
      overallPercentage: 40,
      currentNode: 'KSampler',
      imageIndex: 2,
      totalImages: 4,
    });
  });

  it('step 9 of 20 is 45 %', () => {
    const { percentage } = track([new EventFactory().progress(9, 20)]);
    expect(percentage).toBe(45);
  });

  it('estimates the rest from the pace so far', () => {
    const factory = new EventFactory();
    // 25 % a second: 50 % are left.
    expect(track([factory.progress(5), factory.progress(10)]).eta).toBe(2);
  });

  it('has no estimate before anything moves, while waiting, and after the end', () => {
    const factory = new EventFactory();
    expect(track([factory.queued(2)])).toMatchObject({ eta: null, position: 2 });
    expect(track([factory.progress(5)]).eta).toBeNull();
    expect(track([factory.progress(5), factory.progress(6), factory.completed()]).eta).toBeNull();
  });

  it('remembers the last 100 changes, oldest first', () => {
    const factory = new EventFactory();
    const { history } = track(Array.from({ length: 150 }, (_, index) => factory.progress(index + 1, 200)));
    expect(history).toHaveLength(100);
    expect(history[0]?.currentStep).toBe(51);
    expect(history.at(-1)).toEqual({
      at: 149_000,
      percentage: 75,
      overallPercentage: 75,
      currentStep: 150,
      totalSteps: 200,
      imageIndex: 1,
      currentNode: 'KSampler',
    });
  });
});

describe('the text', () => {
  const running: IProgressState = {
    ...initialProgress,
    status: 'running',
    currentStep: 12,
    totalSteps: 20,
    percentage: 60,
    overallPercentage: 40,
    imageIndex: 2,
    totalImages: 4,
  };

  it.each<[string, IProgressState]>([
    ['Image 2 of 4 - Step 12/20 (60%)', running],
    ['Image 2 of 4 - SomeonesNode', { ...running, totalSteps: 0, currentNode: 'SomeonesNode' }],
    [
      'Image 2 of 4 - Loading the model',
      { ...running, totalSteps: 0, currentNode: 'Load Checkpoint', currentNodeType: 'CheckpointLoaderSimple' },
    ],
    [
      'Image 2 of 4 - Loading the model',
      { ...running, totalSteps: 0, currentNode: 'UNETLoader', currentNodeType: 'UNETLoader' },
    ],
    [
      'Image 2 of 4 - Loading the input',
      { ...running, totalSteps: 0, currentNode: 'LoadImage', currentNodeType: 'LoadImage' },
    ],
    ['Loading', { ...initialProgress, status: 'running' }],
    ['Waiting - next in line', { ...initialProgress, status: 'queued', position: 0 }],
    ['Waiting - 3 ahead of you', { ...initialProgress, status: 'queued', position: 3 }],
    ['Starting', { ...initialProgress, status: 'dispatched' }],
    ['Connecting', initialProgress],
    ['Done', { ...initialProgress, status: 'completed' }],
    ['Failed', { ...initialProgress, status: 'failed' }],
    ['Cancelled', { ...initialProgress, status: 'cancelled' }],
  ])('%s', (text, progress) => {
    expect(progressText(progress)).toBe(text);
  });

  it('is announced at milestones only', () => {
    const spoken = Array.from({ length: 101 }, (_, overallPercentage) =>
      announcement({ ...running, overallPercentage }),
    );
    expect([...new Set(spoken)]).toEqual([
      'Image 2 of 4',
      'Image 2 of 4 - 25% done',
      'Image 2 of 4 - 50% done',
      'Image 2 of 4 - 75% done',
      'Image 2 of 4 - 100% done',
    ]);
  });
});
