import { waitFor } from '@testing-library/react';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { type MessageType, useWebSocketEvent } from '../../src/react/index.js';
import { EventFactory } from '../support/event-factory.js';
import { gatewayPerTest } from '../support/gateway-per-test.js';
import { renderHookWith } from '../support/render.js';

describe('useWebSocketEvent', () => {
  const test = gatewayPerTest();

  it('filters by type, over all generations', async () => {
    const handler = vi.fn();
    renderHookWith(test.gateway, () => useWebSocketEvent('generation.image', handler));
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    const [a, b] = [new EventFactory(), new EventFactory()];
    const started = a.started();
    const images = [a.image(), b.image()];
    test.gateway.publish(started, ...images, b.progress(1));
    await waitFor(() => expect(handler).toHaveBeenCalledTimes(2));
    expect(handler.mock.calls.flat()).toEqual(images);
  });

  it('can be about one generation', async () => {
    const handler = vi.fn();
    const [mine, other] = [new EventFactory(), new EventFactory()];
    renderHookWith(test.gateway, () => useWebSocketEvent('generation.image', handler, { generationId: mine.id }));
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    test.gateway.publish(other.image(), mine.image());
    await waitFor(() => expect(handler).toHaveBeenCalledOnce());
    expect(handler.mock.calls[0]?.[0].generationId).toBe(mine.id);
  });

  it('follows a change of the type, and of the handler', async () => {
    const calls: string[] = [];
    const { rerender } = renderHookWith(
      test.gateway,
      ({ type, name }: { type: MessageType; name: string }) =>
        useWebSocketEvent(type, (message) => void calls.push(`${name} ${message.type}`)),
      { initialProps: { type: 'generation.image', name: 'first' } },
    );
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    rerender({ type: 'generation.started', name: 'second' });
    const factory = new EventFactory();
    test.gateway.publish(factory.started(), factory.image());
    await waitFor(() => expect(calls).toEqual(['second generation.started']));
  });

  it('stops with its component', async () => {
    const handler = vi.fn();
    const { unmount } = renderHookWith(test.gateway, () => useWebSocketEvent('generation.image', handler));
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    unmount();
    test.gateway.publish(new EventFactory().image());
    await waitFor(() => expect(test.gateway.openSockets).toBe(0));
    expect(handler).not.toHaveBeenCalled();
  });

  it('knows the message by its type', () => {
    const useTyped = () =>
      useWebSocketEvent('generation.failed', ({ data }) => expectTypeOf(data.error.message).toEqualTypeOf<string>());
    renderHookWith(test.gateway, useTyped);
  });
});
