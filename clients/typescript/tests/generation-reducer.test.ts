import { describe, expect, it } from 'vitest';
import {
  type GenerationEvent,
  type GenerationState,
  handleErrorEvent,
  handleExecutedEvent,
  handleExecutingEvent,
  handleProgressEvent,
  initialState,
  reduceGeneration,
  toSnapshot,
} from '../src/index.js';
import { EventFactory } from './support/event-factory.js';

const reduceAll = (id: string, events: readonly GenerationEvent[]): GenerationState =>
  events.reduce(reduceGeneration, initialState(id));

describe('reduceGeneration', () => {
  it('follows a batch from the queue to its images', () => {
    const factory = new EventFactory();
    let state = initialState(factory.id);
    const next = (event: GenerationEvent) => {
      state = reduceGeneration(state, event);
      return state;
    };
    expect(next(factory.queued(3))).toMatchObject({ status: 'queued', position: 3, attempt: 0 });
    expect(next(factory.started(2))).toMatchObject({
      status: 'running',
      attempt: 1,
      totalImages: 2,
      position: undefined,
    });
    expect(next(factory.node())).toMatchObject({ currentNode: 'KSampler' });
    expect(next(factory.progress(12, 20, 2, 2))).toMatchObject({
      step: 12,
      totalSteps: 20,
      progress: 60,
      imageIndex: 2,
    });
    expect(next(factory.image(1, 2)).images).toHaveLength(1);
    expect(next(factory.completed(2))).toMatchObject({
      status: 'completed',
      overallProgress: 100,
      durationSeconds: 12.5,
      images: [{ index: 1 }, { index: 2 }],
      currentNode: undefined,
    });
  });

  it('waits in the queue of its machine until that starts it, and counts tries as people do', () => {
    const factory = new EventFactory();
    const queued = factory.nextAttempt().queued(2);
    const waiting = reduceAll(factory.id, [
      { ...queued, data: { ...queued.data, instance: 'gpu-1', waitsBehind: 2 } } as GenerationEvent,
    ]);
    expect(waiting).toMatchObject({ status: 'dispatched', instance: 'gpu-1', waitsBehind: 2, attempt: 0 });
    expect(toSnapshot(waiting).data).toMatchObject({ waitsBehind: 2 });
    const started = factory.nextAttempt().started();
    const running = reduceGeneration(waiting, { ...started, data: { ...started.data, attempt: 1 } } as GenerationEvent);
    expect(running).toMatchObject({ status: 'running', waitsBehind: undefined, attempt: 1 });
  });

  it('ignores what it has seen, and everything after the outcome', () => {
    const factory = new EventFactory();
    const [early, late] = [factory.progress(1), factory.progress(2)];
    const state = reduceAll(factory.id, [late]);
    expect(reduceGeneration(state, early)).toBe(state);
    expect(reduceGeneration(state, late)).toBe(state);
    const failed = reduceGeneration(state, factory.failed());
    expect(reduceGeneration(failed, factory.completed())).toBe(failed);
  });

  it('a new attempt outranks every event of the one before', () => {
    const factory = new EventFactory();
    const zombie = new EventFactory(factory.id);
    const state = reduceAll(factory.id, [factory.started(), factory.nextAttempt().started()]);
    expect(state.attempt).toBe(2);
    expect(reduceGeneration(state, zombie.completed())).toBe(state);
  });

  it('keys images by index when a new attempt announces the stored ones again', () => {
    const factory = new EventFactory();
    const before = [factory.started(2), factory.image(2, 2), factory.image(1, 2)];
    const state = reduceAll(factory.id, [...before, factory.nextAttempt().started(2), factory.image(1, 2)]);
    expect(state.images.map(({ index }) => index)).toEqual([1, 2]);
  });

  it('overall progress never falls', () => {
    const factory = new EventFactory();
    const state = reduceAll(factory.id, [factory.progress(15), factory.nextAttempt().progress(1)]);
    expect(state).toMatchObject({ progress: 5, overallProgress: 75 });
  });

  it('a node that starts knows nothing of the steps of the last one', () => {
    const factory = new EventFactory();
    const state = reduceAll(factory.id, [factory.progress(20), factory.node('VAEDecode', '8')]);
    expect(state).toMatchObject({
      currentNode: 'VAEDecode',
      step: undefined,
      totalSteps: undefined,
      progress: undefined,
    });
  });

  it('keeps the images that were finished before a failure', () => {
    const factory = new EventFactory();
    const state = reduceAll(factory.id, [factory.image(1, 4), factory.failed('out_of_memory', 'No memory.', true)]);
    expect(state).toMatchObject({ status: 'failed', error: { code: 'out_of_memory' }, images: [{ index: 1 }] });
  });

  it('a snapshot stands for the events before it, at any point', () => {
    const factory = new EventFactory();
    const events = factory.lifecycle(2, 3);
    for (let cut = 0; cut <= events.length; cut++) {
      const snapshot = toSnapshot(reduceAll(factory.id, events.slice(0, cut)));
      const onTheWire = JSON.parse(JSON.stringify(snapshot));
      const resumed = events.slice(cut).reduce(reduceGeneration, reduceGeneration(initialState(factory.id), onTheWire));
      expect(plain(resumed)).toEqual(plain(reduceAll(factory.id, events)));
    }
  });

  it('a snapshot of a server that has not heard of the newest progress does not take the bar back', () => {
    const factory = new EventFactory();
    const [started, progress] = [factory.started(), factory.progress(9)];
    const snapshot = toSnapshot(reduceAll(factory.id, [started]));
    const state = reduceGeneration(reduceAll(factory.id, [started, progress]), snapshot);
    expect(state.overallProgress).toBe(progress.data.overallProgress);
    expect(reduceGeneration(state, progress)).toMatchObject({
      step: 9,
      overallProgress: progress.data.overallProgress,
    });
  });

  it('a server that has forgotten the generation does not erase what was seen', () => {
    const factory = new EventFactory();
    const snapshot = toSnapshot(initialState(factory.id));
    const running = reduceAll(factory.id, [factory.image(1, 2)]);
    expect(reduceGeneration(running, snapshot)).toEqual({ ...running, status: 'unknown' });
    const done = reduceAll(factory.id, [factory.completed()]);
    expect(reduceGeneration(done, snapshot)).toBe(done);
  });
});

describe('warnings', () => {
  const warnings = [{ code: 'output_left_out', message: 'Node 20 was left out.', nodeId: '20' }];
  const factory = new EventFactory();

  it.each([factory.completed(), factory.failed(), factory.cancelled()])('come with $type', (event) => {
    const told = { ...event, data: { ...event.data, warnings } } as GenerationEvent;
    expect(reduceGeneration(initialState(factory.id), told).warnings).toEqual(warnings);
    expect(reduceGeneration(initialState(factory.id), event).warnings).toEqual([]);
  });

  it('come with a snapshot, and go into one', () => {
    const state = { ...initialState(factory.id), status: 'completed' as const, warnings };
    const snapshot = toSnapshot(state);
    expect(snapshot.data.warnings).toEqual(warnings);
    expect(reduceGeneration(initialState(factory.id), snapshot).warnings).toEqual(warnings);
  });

  it('are none in a snapshot of a server that knows no warnings', () => {
    const { data, ...envelope } = toSnapshot({ ...initialState(factory.id), status: 'running' });
    const { warnings: _, ...older } = data;
    expect(reduceGeneration(initialState(factory.id), { ...envelope, data: older }).warnings).toEqual([]);
  });
});

describe('the handlers, by the names of the sources', () => {
  const factory = new EventFactory();
  const state = initialState(factory.id);

  it('handleExecutingEvent takes the node', () => {
    expect(handleExecutingEvent(state, factory.node())).toMatchObject({ status: 'running', currentNode: 'KSampler' });
  });
  it('handleProgressEvent takes the step', () => {
    expect(handleProgressEvent(state, factory.progress(9))).toMatchObject({ step: 9, totalSteps: 20, progress: 45 });
  });
  it('handleExecutedEvent takes an image, and the completion', () => {
    expect(handleExecutedEvent(state, factory.image()).images).toHaveLength(1);
    expect(handleExecutedEvent(state, factory.completed()).status).toBe('completed');
  });
  it('handleErrorEvent takes the failure', () => {
    expect(handleErrorEvent(state, factory.failed())).toMatchObject({
      status: 'failed',
      error: { code: 'node_error' },
    });
  });
});

/** Without the properties that are undefined, as on the wire. */
function plain(state: GenerationState): unknown {
  return JSON.parse(JSON.stringify(state));
}
