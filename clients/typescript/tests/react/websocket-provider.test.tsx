import { render, screen, waitFor } from '@testing-library/react';
import { StrictMode } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { RealtimeConnection } from '../../src/index.js';
import {
  useConnection,
  useGeneration,
  useGenerationState,
  useProgressTracking,
  useWebSocketConnection,
  useWebSocketEvent,
  WebSocketProvider,
} from '../../src/react/index.js';
import { EventFactory } from '../support/event-factory.js';
import { gatewayPerTest } from '../support/gateway-per-test.js';
import { providerProps, renderHookWith, renderWith } from '../support/render.js';

describe('WebSocketProvider', () => {
  const test = gatewayPerTest();

  it('renders its children, and opens nothing for them', () => {
    renderWith(test.gateway, <p>hello</p>);
    expect(screen.getByText('hello')).toBeInTheDocument();
    expect(test.gateway.requests).toEqual([]);
  });

  it('hands out the connection that it was given, and leaves it open', () => {
    const connection = new RealtimeConnection({ realtimeUrl: test.gateway.url });
    const close = vi.spyOn(connection, 'close');
    const { result, unmount } = renderHookWith(test.gateway, () => useConnection(), { provider: { connection } });
    expect(result.current).toBe(connection);
    unmount();
    expect(close).not.toHaveBeenCalled();
  });

  it('shares one socket among all components', async () => {
    const ids = Array.from({ length: 10 }, () => crypto.randomUUID());
    function Many() {
      useWebSocketEvent('generation.completed', () => undefined);
      useProgressTracking(ids[0]);
      useGenerationState(ids[1]);
      return null;
    }
    renderWith(
      test.gateway,
      <div>
        {ids.map((id) => (
          <Many key={id} />
        ))}
      </div>,
    );
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    expect(test.gateway.count('/api/ws/progress')).toBe(1);
  });

  it('asks the getToken of the latest render', async () => {
    test.gateway.routes.set('POST /api/realtime/tickets', ({ headers }) => ({
      body: { ticket: headers.authorization },
    }));
    const application = (token: string, id: string | null) => (
      <WebSocketProvider {...providerProps(test.gateway)} getToken={() => token}>
        <Watching id={id} />
      </WebSocketProvider>
    );
    function Watching({ id }: { id: string | null }) {
      useProgressTracking(id);
      return null;
    }
    const { rerender } = render(application('old', null));
    rerender(application('new', 'g'));
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    expect(test.gateway.requests.at(-1)?.url.searchParams.get('ticket')).toBe('Bearer new');
  });

  it('closes the socket with the application', async () => {
    function Watcher() {
      useProgressTracking('g');
      return null;
    }
    const { unmount } = renderWith(test.gateway, <Watcher />, { lingerMs: 1e9 });
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    unmount();
    await waitFor(() => expect(test.gateway.openSockets).toBe(0));
  });

  it('checks the connection when the page is looked at again', async () => {
    renderHookWith(test.gateway, () => useProgressTracking('g'));
    const pings = () => test.gateway.frames.filter(({ type }) => type === 'ping').length;
    await waitFor(() => expect(pings()).toBe(1));
    await waitFor(() => {
      document.dispatchEvent(new Event('visibilitychange'));
      expect(pings()).toBeGreaterThan(1);
    });
  });

  it('survives StrictMode with a single socket', async () => {
    const factory = new EventFactory();
    function Step() {
      return <p>step {useProgressTracking(factory.id).currentStep}</p>;
    }
    render(
      <StrictMode>
        <WebSocketProvider {...providerProps(test.gateway)}>
          <Step />
        </WebSocketProvider>
      </StrictMode>,
    );
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    test.gateway.publish(factory.progress(7));
    expect(await screen.findByText('step 7')).toBeInTheDocument();
    expect(test.gateway.connections).toHaveLength(1);
  });

  it.each([
    ['useWebSocketConnection', () => useWebSocketConnection()],
    ['useWebSocketEvent', () => useWebSocketEvent('generation.image', () => undefined)],
    ['useProgressTracking', () => useProgressTracking('g')],
    ['useGenerationState', () => useGenerationState('g')],
    ['useGeneration', () => useGeneration()],
    ['useConnection', () => useConnection()],
  ])('its absence is explained by %s', (name, useHook) => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    function Orphan() {
      useHook();
      return null;
    }
    expect(() => render(<Orphan />)).toThrow(
      `${name} needs a connection: wrap your application in <WebSocketProvider>`,
    );
  });
});
