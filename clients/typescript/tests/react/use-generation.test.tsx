import { act, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { initialState, RecoveryStore, reduceGeneration } from '../../src/index.js';
import { type UseGenerationOptions, useGeneration } from '../../src/react/index.js';
import { EventFactory } from '../support/event-factory.js';
import { gatewayPerTest } from '../support/gateway-per-test.js';
import { renderHookWith } from '../support/render.js';

describe('useGeneration', () => {
  const test = gatewayPerTest();
  let factory: EventFactory;

  beforeEach(() => {
    factory = new EventFactory();
    test.gateway.routes.set('POST /api/generations', () => ({
      status: 202,
      body: { id: factory.id, status: 'queued', position: 1, estimatedWaitSeconds: 9 },
    }));
    test.gateway.routes.set('GET /api/generations/*', () => ({ body: { id: factory.id } }));
  });

  const mount = (options?: UseGenerationOptions) => renderHookWith(test.gateway, () => useGeneration(options));
  const request = { template: 'text-to-image', parameters: { prompt: 'a cat' }, count: 2 };

  it('begins idle', () => {
    const { result } = mount();
    expect(result.current).toMatchObject({
      id: null,
      status: 'idle',
      isGenerating: false,
      currentImageIndex: 0,
      totalImages: 0,
      images: [],
      error: null,
      durationSeconds: null,
    });
  });

  it('goes through a whole batch', async () => {
    const onComplete = vi.fn();
    const { result } = mount({ onComplete });
    await act(() => result.current.submit(request));
    expect(result.current).toMatchObject({
      id: factory.id,
      status: 'queued',
      isGenerating: true,
      progress: { position: 1 },
    });
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));

    test.gateway.publish(factory.started(2), factory.progress(12, 20, 1, 2));
    await waitFor(() =>
      expect(result.current).toMatchObject({ status: 'running', currentImageIndex: 1, totalImages: 2 }),
    );
    test.gateway.publish(factory.image(1, 2), factory.progress(5, 20, 2, 2));
    await waitFor(() => expect(result.current).toMatchObject({ currentImageIndex: 2, images: [{ index: 1 }] }));
    expect(result.current.progress).toMatchObject({ percentage: 25, overallPercentage: 62 });

    test.gateway.publish(factory.image(2, 2), factory.completed(2));
    await waitFor(() => expect(result.current.status).toBe('completed'));
    expect(result.current).toMatchObject({
      isGenerating: false,
      currentImageIndex: 0,
      durationSeconds: 12.5,
      progress: { currentStep: 0, percentage: 0, overallPercentage: 0, history: [] },
      images: [{ index: 1 }, { index: 2 }],
    });
    expect(onComplete).toHaveBeenCalledOnce();
    await waitFor(() => expect(test.gateway.connections).toHaveLength(0));
  });

  it('distinguishes results by their kind, and shows their warnings', async () => {
    const { result } = mount();
    await act(() => result.current.submit(request));
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    const started = factory.started(2);
    const done = factory.completed(2);
    done.data.images = [
      { ...factory.file(1), kind: 'video', contentType: 'video/mp4', durationSeconds: 2.5 },
      { ...factory.file(2), kind: 'text', contentType: 'text/plain', text: '' },
    ];
    done.data.warnings = [{ code: 'metadata_kept', message: 'The prompt is still in clip.mp4.' }];
    test.gateway.publish(started, done);
    await waitFor(() => expect(result.current.status).toBe('completed'));
    expect(result.current.results).toMatchObject([
      { kind: 'video', durationSeconds: 2.5 },
      { kind: 'text', text: '' },
    ]);
    expect(result.current.warnings).toEqual(done.data.warnings);
  });

  it('shows the failure, with what was finished before', async () => {
    const onError = vi.fn();
    const { result } = mount({ onError });
    await act(() => result.current.submit(request));
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    test.gateway.publish(factory.started(2), factory.image(1, 2), factory.failed('node_error', 'KSampler: broke.'));
    await waitFor(() => expect(result.current.status).toBe('failed'));
    expect(result.current.error).toMatchObject({
      name: 'GenerationError',
      code: 'node_error',
      message: 'KSampler: broke.',
    });
    expect(result.current.images).toHaveLength(1);
    expect(onError).toHaveBeenCalledExactlyOnceWith(result.current.error);
  });

  it('shows a refusal', async () => {
    test.gateway.routes.set('POST /api/generations', () => ({ status: 422, body: { detail: 'No such template.' } }));
    const { result } = mount();
    await act(() => result.current.submit(request).catch(() => undefined));
    expect(result.current).toMatchObject({
      status: 'idle',
      isGenerating: false,
      error: { name: 'ApiError', message: 'No such template.' },
    });
  });

  it('cancels', async () => {
    test.gateway.routes.set('POST /api/generations/*/cancel', () => {
      test.gateway.publish(factory.cancelled());
      return { body: { id: factory.id, receipt: 'accepted', status: 'cancelled' } };
    });
    const { result } = mount();
    expect(await result.current.cancel()).toBeUndefined();
    await act(() => result.current.submit(request));
    await act(() => result.current.cancel());
    await waitFor(() => expect(result.current).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } }));
  });

  it('runs several one after the other', async () => {
    const { result } = mount();
    for (let run = 1; run <= 3; run++) {
      factory = new EventFactory();
      test.gateway.publish(...factory.lifecycle(run));
      await act(() => result.current.submit(request));
      await waitFor(() => expect(result.current.images).toHaveLength(run));
      expect(result.current).toMatchObject({ id: factory.id, status: 'completed', error: null });
    }
    act(() => result.current.reset());
    expect(result.current).toMatchObject({ id: null, status: 'idle', images: [] });
  });

  it('recovers from an error with the next submission', async () => {
    const { result } = mount();
    test.gateway.publish(factory.failed());
    await act(() => result.current.submit(request));
    await waitFor(() => expect(result.current.status).toBe('failed'));
    factory = new EventFactory();
    await act(() => result.current.submit(request));
    expect(result.current).toMatchObject({ status: 'queued', error: null, images: [] });
  });

  it('reports an outcome once, StrictMode or not', async () => {
    const onComplete = vi.fn();
    const { result } = renderHookWith(test.gateway, () => useGeneration({ onComplete }), { reactStrictMode: true });
    test.gateway.publish(...factory.lifecycle(1));
    await act(() => result.current.submit(request));
    await waitFor(() => expect(result.current.status).toBe('completed'));
    expect(onComplete).toHaveBeenCalledOnce();
  });

  it.each([false, true])(
    'goes on after a reload, with only what it missed (StrictMode: %s)',
    async (reactStrictMode) => {
      const events = factory.lifecycle(1, 6);
      new RecoveryStore().keep(events.slice(0, 5).reduce(reduceGeneration, initialState(factory.id)));
      test.gateway.publish(...events.slice(0, 7));
      const { result } = renderHookWith(test.gateway, () => useGeneration(), { reactStrictMode });
      await waitFor(() =>
        expect(result.current).toMatchObject({ id: factory.id, status: 'running', isGenerating: true }),
      );
      await waitFor(() => expect(result.current.progress.currentStep).toBe(4));
      const query = test.gateway.requests.find(({ url }) => url.pathname === '/api/ws/progress')?.url.searchParams;
      expect(query?.get('after')).toBe(String(events[4]?.sequence));
      test.gateway.publish(...events.slice(7));
      await waitFor(() => expect(result.current.status).toBe('completed'));
      expect(localStorage.getItem('lockngen:watched')).toBeNull();
    },
  );

  it('leaves earlier generations alone on request', async () => {
    new RecoveryStore().keep({ ...initialState(factory.id), status: 'running' });
    const { result } = mount({ recover: false });
    await act(async () => undefined);
    expect(result.current.status).toBe('idle');
    expect(test.gateway.requests).toEqual([]);
  });

  it('goes on at the server when its component goes, and is found by the next one', async () => {
    const first = mount();
    await act(() => first.result.current.submit(request));
    first.unmount();
    const second = mount();
    await waitFor(() => expect(second.result.current).toMatchObject({ id: factory.id, isGenerating: true }));
  });
});
