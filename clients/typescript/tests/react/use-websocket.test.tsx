import { act, renderHook, waitFor } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type IWebSocketConfig, useWebSocket } from '../../src/react/index.js';
import { EventFactory } from '../support/event-factory.js';
import { FakeWebSocket } from '../support/fake-websocket.js';
import { gatewayPerTest } from '../support/gateway-per-test.js';
import { renderHookWith } from '../support/render.js';

describe('useWebSocket', () => {
  const test = gatewayPerTest();
  const mount = (config: Partial<IWebSocketConfig> = {}) =>
    renderHook((props: Partial<IWebSocketConfig>) => useWebSocket({ url: test.gateway.url, WebSocket, ...props }), {
      initialProps: config,
    });

  it('connects on mount, and cleans up on unmount', async () => {
    const { result, unmount } = mount();
    expect(result.current).toMatchObject({ connectionStatus: 'connecting', lastMessage: null, error: null });
    await waitFor(() => expect(result.current.connectionStatus).toBe('connected'));
    unmount();
    await waitFor(() => expect(test.gateway.openSockets).toBe(0));
  });

  it('hands on the last message of everything that the caller may see', async () => {
    const onMessage = vi.fn();
    const { result } = mount({ onMessage });
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    const event = new EventFactory().started();
    test.gateway.publish(event);
    await waitFor(() => expect(result.current.lastMessage).toEqual(event));
    expect(onMessage).toHaveBeenCalledExactlyOnceWith(event);
    expect(result.current.queuedMessages).toBe(0);
  });

  it.each([
    ['in the configuration', (url: string, id: string) => ({ url, generationId: id })],
    ['in the URL', (url: string, id: string) => ({ url: `${url}/api/ws/progress?generationId=${id}` })],
    [
      'in a ws: URL',
      (url: string, id: string) => ({ url: `${url.replace('http', 'ws')}/api/ws/progress?generationId=${id}` }),
    ],
  ])('follows one generation that is named %s', async (_, config) => {
    const factory = new EventFactory();
    const { result } = mount(config(test.gateway.url, factory.id));
    await waitFor(() => expect(result.current.lastMessage?.type).toBe('generation.snapshot'));
    test.gateway.publish(new EventFactory().started(), factory.image());
    await waitFor(() => expect(result.current.lastMessage?.type).toBe('generation.image'));
    expect(test.gateway.requests[0]?.url.searchParams.get('generationId')).toBe(factory.id);
  });

  it('hands on only the types that were asked for', async () => {
    const factory = new EventFactory();
    const { result } = mount({ generationId: factory.id, types: ['generation.image'] });
    await waitFor(() => expect(result.current.connectionStatus).toBe('connected'));
    test.gateway.publish(factory.started(), factory.image(), factory.progress(1));
    await waitFor(() => expect(result.current.lastMessage?.type).toBe('generation.image'));
  });

  it('shares one connection per URL', async () => {
    const hooks = Array.from({ length: 10 }, () => mount());
    await waitFor(() => hooks.forEach(({ result }) => void expect(result.current.connectionStatus).toBe('connected')));
    expect(test.gateway.count('/api/ws/progress')).toBe(1);
    for (const { unmount } of hooks) {
      unmount();
    }
    await waitFor(() => expect(test.gateway.openSockets).toBe(0));
  });

  it('shares the connection of a provider for the same URL', async () => {
    const { result } = renderHookWith(test.gateway, () => [
      useWebSocket({ url: test.gateway.url }),
      useWebSocket({ url: `${test.gateway.url}/`, generationId: 'g' }),
    ]);
    await waitFor(() =>
      expect(result.current.map((state) => state.connectionStatus)).toEqual(['connected', 'connected']),
    );
    expect(test.gateway.count('/api/ws/progress')).toBe(1);
  });

  it('changes the generation with its configuration', async () => {
    const [first, second] = [new EventFactory(), new EventFactory()];
    const { result, rerender } = mount({ generationId: first.id });
    await waitFor(() => expect(result.current.lastMessage?.generationId).toBe(first.id));
    rerender({ generationId: second.id });
    await waitFor(() => expect(result.current.lastMessage?.generationId).toBe(second.id));
  });

  it('calls the handler of the latest render', async () => {
    const [stale, fresh] = [vi.fn(), vi.fn()];
    const { result, rerender } = mount({ onMessage: stale });
    await waitFor(() => expect(result.current.connectionStatus).toBe('connected'));
    rerender({ onMessage: fresh });
    test.gateway.publish(new EventFactory().started());
    await waitFor(() => expect(fresh).toHaveBeenCalledOnce());
    expect(stale).not.toHaveBeenCalled();
  });

  it('recovers from a broken network', async () => {
    const { result } = mount({ reconnectInterval: 200 });
    await waitFor(() => expect(result.current.connectionStatus).toBe('connected'));
    // Nothing answers until the loss was seen.
    test.gateway.refuse = { websocket: { status: 502 }, sse: { status: 502 }, polling: { status: 502 } };
    test.gateway.drop();
    await waitFor(() => expect(result.current.error?.message).toBe('The connection to the server was lost.'));
    test.gateway.refuse = {};
    await waitFor(() => expect(result.current.connectionStatus).toBe('connected'));
    expect(result.current.error).toBeNull();
  });

  it('does not mind rapid mounting and unmounting, StrictMode included', async () => {
    for (let round = 0; round < 50; round++) {
      renderHook(() => useWebSocket({ url: test.gateway.url, WebSocket }), { wrapper: StrictMode }).unmount();
    }
    const { result } = mount();
    await waitFor(() => expect(result.current.connectionStatus).toBe('connected'));
    expect(test.gateway.connections).toHaveLength(1);
  });
});

describe('its configuration', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const mountFake = (config: Partial<IWebSocketConfig>) => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const { made, WebSocket: Fake } = FakeWebSocket.maker();
    const url = `http://${crypto.randomUUID()}`;
    return { made, ...renderHook(() => useWebSocket({ url, generationId: 'g', WebSocket: Fake, ...config })) };
  };
  const advance = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

  it('reconnectInterval is the first delay', async () => {
    const { made } = mountFake({ reconnectInterval: 400 });
    act(() => made[0]?.end());
    await advance(399);
    expect(made).toHaveLength(1);
    await advance(1);
    expect(made).toHaveLength(2);
  });

  it('maxReconnectAttempts ends in an error with advice', async () => {
    const { made, result } = mountFake({ maxReconnectAttempts: 1, reconnectInterval: 10 });
    made[0]?.open();
    act(() => made[0]?.end());
    await advance(10);
    made[1]?.open();
    act(() => made[1]?.end());
    await advance(100);
    expect(result.current).toMatchObject({
      connectionStatus: 'error',
      error: { recovering: false, suggestion: 'Check your connection and try again.' },
    });
    expect(made).toHaveLength(2);
  });

  it('heartbeatInterval paces the pings', async () => {
    const { made } = mountFake({ heartbeatInterval: 5_000 });
    made[0]?.open();
    made[0]?.receive({ type: 'pong', id: 1 });
    await advance(5_000);
    expect(made[0]?.sent.filter(({ type }) => type === 'ping')).toHaveLength(2);
  });
});
