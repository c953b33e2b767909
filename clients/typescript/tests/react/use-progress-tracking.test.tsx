import { waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { initialProgress } from '../../src/index.js';
import { useGenerationState, useProgressTracking } from '../../src/react/index.js';
import { EventFactory } from '../support/event-factory.js';
import { gatewayPerTest } from '../support/gateway-per-test.js';
import { renderHookWith } from '../support/render.js';

describe('useProgressTracking', () => {
  const test = gatewayPerTest();
  const mount = (id: string | null) =>
    renderHookWith(test.gateway, (props: { id: string | null }) => useProgressTracking(props.id), {
      initialProps: { id },
    });

  it('waits without an id', () => {
    const { result } = mount(null);
    expect(result.current).toEqual(initialProgress);
    expect(test.gateway.requests).toEqual([]);
  });

  it('sums up what happened before and after it came', async () => {
    const factory = new EventFactory();
    test.gateway.publish(factory.started(4), factory.progress(3, 20, 2, 4));
    const { result } = mount(factory.id);
    await waitFor(() => expect(result.current.currentStep).toBe(3));
    test.gateway.publish(factory.progress(12, 20, 2, 4));
    await waitFor(() =>
      expect(result.current).toMatchObject({
        status: 'running',
        currentStep: 12,
        totalSteps: 20,
        percentage: 60,
        overallPercentage: 40,
        currentNode: 'KSampler',
        imageIndex: 2,
        totalImages: 4,
      }),
    );
    expect(result.current.history.map(({ currentStep }) => currentStep)).toEqual([3, 12]);
    expect(result.current.eta).toBeGreaterThanOrEqual(0);
  });

  it('keeps every event in its history, however few renders there are', async () => {
    const factory = new EventFactory();
    const { result } = mount(factory.id);
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    test.gateway.publish(...Array.from({ length: 120 }, (_, index) => factory.progress(index + 1, 150)));
    await waitFor(() => expect(result.current.currentStep).toBe(120));
    expect(result.current.history).toHaveLength(100);
  });

  it('starts afresh with another generation, and lets go of the first', async () => {
    const [first, second] = [new EventFactory(), new EventFactory()];
    test.gateway.publish(first.progress(5), second.progress(8));
    const { result, rerender } = mount(first.id);
    await waitFor(() => expect(result.current.currentStep).toBe(5));
    rerender({ id: second.id });
    expect(result.current.currentStep).toBe(0);
    await waitFor(() => expect(result.current.currentStep).toBe(8));
    await waitFor(() => expect(test.gateway.frames).toContainEqual({ type: 'unsubscribe', generationId: first.id }));
  });

  it('shares what another component already knows', async () => {
    const factory = new EventFactory();
    const { result } = renderHookWith(test.gateway, () => [
      useProgressTracking(factory.id),
      useProgressTracking(factory.id),
    ]);
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    test.gateway.publish(factory.progress(4));
    await waitFor(() => expect(result.current.map((progress) => progress.currentStep)).toEqual([4, 4]));
    expect(test.gateway.connections[0]?.ids).toEqual(new Set([factory.id]));
  });
});

describe('useGenerationState', () => {
  const test = gatewayPerTest();

  it('is everything that is known', async () => {
    const factory = new EventFactory();
    const { result } = renderHookWith(test.gateway, () => useGenerationState(factory.id));
    expect(result.current).toEqual({
      generationId: factory.id,
      status: 'unknown',
      sequence: 0,
      overallProgress: 0,
      images: [],
      warnings: [],
    });
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    test.gateway.publish(factory.started(), factory.failed('out_of_memory', 'No memory.', true));
    await waitFor(() => expect(result.current.error).toMatchObject({ code: 'out_of_memory', retryable: true }));
  });
});
