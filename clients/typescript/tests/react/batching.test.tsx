import { act, render } from '@testing-library/react';
import { Profiler } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RealtimeConnection } from '../../src/index.js';
import { useProgressTracking, useRenderMetrics, useWebSocketEvent, WebSocketProvider } from '../../src/react/index.js';
import { EventFactory } from '../support/event-factory.js';
import { FakeWebSocket } from '../support/fake-websocket.js';

describe('rendering under load', () => {
  const { made, WebSocket } = FakeWebSocket.maker();
  let connection: RealtimeConnection;

  beforeEach(() => {
    vi.useFakeTimers();
    made.length = 0;
    connection = new RealtimeConnection({ realtimeUrl: 'http://gateway', WebSocket });
  });
  afterEach(() => {
    connection.close();
    vi.useRealTimers();
  });

  const mount = (...factories: EventFactory[]) => {
    let commits = 0;
    function Progress({ id }: { id: string }) {
      return <p>{useProgressTracking(id).currentStep}</p>;
    }
    const view = render(
      <WebSocketProvider connection={connection}>
        <Profiler id="progress" onRender={() => void commits++}>
          {factories.map(({ id }) => (
            <Progress key={id} id={id} />
          ))}
        </Profiler>
      </WebSocketProvider>,
    );
    made[0]?.open();
    made[0]?.receive({ type: 'pong', id: 1 });
    commits = 0;
    return { ...view, commits: () => commits };
  };

  /** One second of 1,000 events. */
  const flood = (...factories: EventFactory[]) =>
    act(async () => {
      for (let ms = 1; ms <= 1_000; ms++) {
        for (const factory of factories) {
          made[0]?.receive(factory.progress(ms, 1_000));
        }
        await vi.advanceTimersByTimeAsync(1);
      }
      await vi.advanceTimersByTimeAsync(100);
    });

  it('1,000 events in a second are at most one render per frame', async () => {
    const factory = new EventFactory();
    const { commits, container } = mount(factory);
    await flood(factory);
    expect(container).toHaveTextContent('1000');
    expect(commits()).toBeGreaterThan(10);
    expect(commits()).toBeLessThanOrEqual(64);
  });

  it('so are 5,000 of five generations, all in the same frame', async () => {
    const factories = Array.from({ length: 5 }, () => new EventFactory());
    const { commits } = mount(...factories);
    await flood(...factories);
    expect(commits()).toBeLessThanOrEqual(64);
  });

  it('a hidden tab is kept up to date by timers', async () => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    const requestFrame = vi.spyOn(globalThis, 'requestAnimationFrame');
    const factory = new EventFactory();
    const { container, commits } = mount(factory);
    await flood(factory);
    expect(container).toHaveTextContent('1000');
    expect(commits()).toBeLessThanOrEqual(64);
    expect(requestFrame).not.toHaveBeenCalled();
  });

  it('a browser that paints no frames still gets the state', async () => {
    vi.spyOn(globalThis, 'requestAnimationFrame').mockReturnValue(1);
    const factory = new EventFactory();
    const { container } = mount(factory);
    await flood(factory);
    expect(container).toHaveTextContent('1000');
  });

  it('1,000 mounts and unmounts leave no socket, timer or listener', async () => {
    const targets = [globalThis, document].map((target) => ({
      add: vi.spyOn(target, 'addEventListener'),
      remove: vi.spyOn(target, 'removeEventListener'),
    }));
    function Busy() {
      useProgressTracking('g');
      useWebSocketEvent('generation.image', () => undefined);
      return null;
    }
    for (let round = 0; round < 1_000; round++) {
      const { unmount } = render(
        <WebSocketProvider connection={connection}>
          <Busy />
        </WebSocketProvider>,
      );
      if (round % 10 === 0) {
        made.at(-1)?.open();
      }
      unmount();
      connection.close();
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(made.every(({ readyState }) => readyState === 3)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    for (const { add, remove } of targets) {
      const added = add.mock.calls.filter(([name]) => name === 'online' || name === 'visibilitychange');
      const removed = new Set(remove.mock.calls.map(([, listener]) => listener));
      expect(added.length).toBeGreaterThan(0);
      expect(added.filter(([, listener]) => !removed.has(listener))).toEqual([]);
    }
  });

  it('can be measured', async () => {
    const factory = new EventFactory();
    let read: ReturnType<typeof useRenderMetrics> | undefined;
    function Measured() {
      read = useRenderMetrics();
      return <p>{useProgressTracking(factory.id).currentStep}</p>;
    }
    render(
      <WebSocketProvider connection={connection}>
        <Measured />
      </WebSocketProvider>,
    );
    made[0]?.open();
    await flood(factory);
    const metrics = read?.();
    expect(metrics?.renders).toBeGreaterThan(10);
    expect(metrics?.rendersPerSecond).toBeLessThanOrEqual(64);
    expect(metrics?.slowestRenderMs).toBeGreaterThanOrEqual(metrics?.averageRenderMs ?? Number.NaN);
    expect(connection.quality.processingMs).toBeGreaterThanOrEqual(0);
  });
});
