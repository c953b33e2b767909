import { act, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { useProgressTracking, useWebSocketConnection } from '../../src/react/index.js';
import { EventFactory } from '../support/event-factory.js';
import { gatewayPerTest } from '../support/gateway-per-test.js';
import { renderHookWith } from '../support/render.js';

describe('useWebSocketConnection', () => {
  const test = gatewayPerTest();
  const mount = (id: string) =>
    renderHookWith(
      test.gateway,
      () => {
        useProgressTracking(id);
        return useWebSocketConnection();
      },
      { provider: { transports: ['websocket', 'polling'], pollIntervalMs: 1 } },
    );

  it('reports the status through loss and recovery', async () => {
    const { result } = mount('g');
    expect(result.current.connectionStatus).toBe('connecting');
    await waitFor(() =>
      expect(result.current).toMatchObject({ connectionStatus: 'connected', transport: 'websocket' }),
    );
    test.gateway.refuse.websocket = { status: 502 };
    test.gateway.drop();
    await waitFor(() => expect(result.current).toMatchObject({ connectionStatus: 'connected', transport: 'polling' }));
    test.gateway.refuse.polling = { status: 403 };
    await waitFor(() => expect(result.current.connectionStatus).toBe('error'));
    expect(result.current.error).toMatchObject({ suggestion: 'Sign in again.' });
    test.gateway.refuse = {};
    act(() => result.current.reconnect());
    await waitFor(() => expect(result.current.connectionStatus).toBe('connected'));
  });

  it('hands out the same reconnect in every render', async () => {
    const { result, rerender } = mount('g');
    const { reconnect } = result.current;
    rerender();
    await waitFor(() => expect(result.current.connectionStatus).toBe('connected'));
    expect(result.current.reconnect).toBe(reconnect);
  });

  it('reports the quality', async () => {
    const factory = new EventFactory();
    const { result } = mount(factory.id);
    await waitFor(() => expect(result.current.quality.latencyMs).toBeGreaterThan(0));
    test.gateway.sendRaw('garbage');
    test.gateway.publish(factory.started(), factory.image());
    test.gateway.drop();
    await waitFor(() => expect(result.current.quality).toMatchObject({ reconnects: 1, received: 3, dropped: 1 }));
  });

  it('does not render for every message', async () => {
    const factory = new EventFactory();
    let renders = 0;
    const { result } = renderHookWith(test.gateway, () => {
      renders++;
      return useWebSocketConnection();
    });
    const watcher = renderHookWith(test.gateway, () => useProgressTracking(factory.id));
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    const before = renders;
    for (let step = 1; step <= 20; step++) {
      test.gateway.publish(factory.progress(step));
    }
    await waitFor(() => expect(watcher.result.current.currentStep).toBe(20));
    expect(renders).toBe(before);
    expect(result.current.connectionStatus).toBe('disconnected');
  });
});
