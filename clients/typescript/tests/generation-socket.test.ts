import { describe, expect, it, vi } from 'vitest';
import {
  ApiError,
  GenerationClient,
  GenerationError,
  type GenerationResult,
  GenerationSocket,
  initialState,
  RecoveryStore,
  reduceGeneration,
} from '../src/index.js';
import { withGateway } from './support/connected.js';
import { EventFactory } from './support/event-factory.js';
import { MemoryStorage } from './support/memory-storage.js';

describe('GenerationSocket', () => {
  const test = withGateway();

  const setUp = (storage = new MemoryStorage()) => {
    const factory = new EventFactory();
    test.gateway.routes.set('POST /api/generations', () => ({
      status: 202,
      body: { id: factory.id, status: 'queued', position: 2, estimatedWaitSeconds: 20 },
    }));
    test.gateway.routes.set('GET /api/generations/*', () => ({ body: { id: factory.id } }));
    const client = new GenerationClient({ apiUrl: test.gateway.url, retries: 0 });
    const recovery = new RecoveryStore({ storage });
    const socket = new GenerationSocket({ client, connection: test.connect(), recovery });
    const calls: string[] = [];
    const callbacks = {
      onQueued: ({ position }: { position: number }) => calls.push(`queued ${position}`),
      onStarted: () => calls.push('started'),
      onProgress: ({ percentage }: { percentage: number }) => calls.push(`progress ${percentage}`),
      onImage: ({ index }: { index: number }) => calls.push(`image ${index}`),
      onResult: ({ kind, index }: GenerationResult) => calls.push(`${kind} result ${index}`),
      onComplete: () => calls.push('complete'),
      onError: (error: Error) => calls.push(`error ${error.name}`),
    };
    return { factory, socket, recovery, calls, callbacks, storage };
  };

  it('submits, follows and answers with the images: one call', async () => {
    const { factory, socket, calls, callbacks } = setUp();
    const result = socket.generateImageAsync({ template: 'text-to-image' }, callbacks);
    await test.connected();
    for (const event of [
      factory.queued(1),
      factory.started(1),
      factory.progress(10),
      factory.image(),
      factory.completed(),
    ]) {
      test.gateway.publish(event);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const state = await result;
    expect(state).toMatchObject({ status: 'completed', durationSeconds: 12.5, images: [{ index: 1, seed: 43 }] });
    expect(calls).toEqual([
      'queued 2',
      'queued 1',
      'started',
      'progress 0',
      'progress 50',
      'image 1',
      'image result 1',
      'progress 50',
      'complete',
    ]);
    await test.connected(0);
  });

  it('misses nothing that happened before it was connected', async () => {
    const { factory, socket, calls, callbacks } = setUp();
    test.gateway.publish(factory.queued(0), factory.started(1), factory.image(), factory.completed());
    await socket.generateImageAsync({ workflow: {} }, callbacks);
    expect(calls.filter((call) => !call.startsWith('progress'))).toEqual([
      'queued 2',
      'queued 0',
      'started',
      'image 1',
      'image result 1',
      'complete',
    ]);
  });

  it('reports a failure with the server own words', async () => {
    const { factory, socket, calls, callbacks } = setUp();
    const result = socket.generateImageAsync({ template: 't' }, callbacks);
    await test.connected();
    test.gateway.publish(factory.started(), factory.failed('missing_model', "The model 'sdxl' does not exist.", false));
    const error = await result.catch((reason: GenerationError) => reason);
    expect(error).toBeInstanceOf(GenerationError);
    expect(error).toMatchObject({
      code: 'missing_model',
      message: "The model 'sdxl' does not exist.",
      suggestion: expect.stringMatching(/^No machine has this model/),
    });
    expect(calls.at(-1)).toBe('error GenerationError');
  });

  it('a refusal is also an error, and need not be caught twice', async () => {
    const { socket, calls, callbacks } = setUp();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    test.gateway.routes.set('POST /api/generations', () => ({ status: 422, body: { detail: 'No such template.' } }));
    socket.generateImageAsync({ template: 'x' }, callbacks);
    await expect.poll(() => calls).toEqual(['error ApiError']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).not.toHaveBeenCalled();
    process.off('unhandledRejection', unhandled);
    await expect(socket.generateImageAsync({ template: 'x' })).rejects.toBeInstanceOf(ApiError);
  });

  it('aborting cancels at the server', async () => {
    const { factory, socket } = setUp();
    test.gateway.routes.set('POST /api/generations/*/cancel', () => {
      test.gateway.publish(factory.cancelled());
      return { body: { id: factory.id, receipt: 'accepted', status: 'queued' } };
    });
    const controller = new AbortController();
    const result = socket.generateImageAsync({ template: 't' }, {}, { signal: controller.signal });
    await test.connected();
    controller.abort();
    await expect(result).rejects.toMatchObject({ code: 'cancelled', message: 'user' });
  });

  it('runs one after the other on the same connection', async () => {
    const { factory, socket } = setUp();
    for (let run = 0; run < 3; run++) {
      const next = new EventFactory();
      test.gateway.routes.set('POST /api/generations', () => ({
        status: 202,
        body: { id: next.id, status: 'queued' },
      }));
      test.gateway.publish(...next.lifecycle(1));
      expect(await socket.generateImageAsync({ template: 't' })).toMatchObject({ generationId: next.id });
    }
    expect(factory.id).toBeDefined();
  });

  it('a reloaded page goes on, with only what it missed', async () => {
    const storage = new MemoryStorage();
    const before = setUp(storage);
    const { factory } = before;
    const events = factory.lifecycle(1, 4);
    before.recovery.keep(events.slice(0, 4).reduce(reduceGeneration, initialState(factory.id)));
    test.gateway.publish(...events.slice(0, 5));

    const { socket, calls, callbacks } = setUp(storage);
    const [resumed] = await socket.resume(callbacks);
    await test.connected();
    expect(test.gateway.requests.at(-1)?.url.searchParams.get('after')).toBe(String(events[3]?.sequence));
    test.gateway.publish(...events.slice(5));
    expect(await resumed).toMatchObject({ status: 'completed', generationId: factory.id });
    expect(calls).not.toContain('started');
    expect(calls.slice(-2)).toEqual([expect.stringMatching(/^progress|image/), 'complete']);
    expect(storage.items.size).toBe(0);
    expect(await socket.resume(callbacks)).toEqual([]);
  });
});
