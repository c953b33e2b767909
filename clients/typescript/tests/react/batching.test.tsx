import { act, render } from '@testing-library/react';
import { Profiler } from 'react';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
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

  it('on a screen of 120 Hz they are no more than on one of 60', async () => {
    let at = 0;
    vi.spyOn(globalThis, 'requestAnimationFrame').mockImplementation((callback) => {
      at = Math.floor(performance.now() / (1_000 / 120) + 1) * (1_000 / 120);
      const frame = at;
      return setTimeout(() => callback(frame), frame - performance.now()) as unknown as number;
    });
    vi.spyOn(globalThis, 'cancelAnimationFrame').mockImplementation((id) => clearTimeout(id));
    const factory = new EventFactory();
    const { commits, container } = mount(factory);
    await flood(factory);
    expect(container).toHaveTextContent('1000');
    expect(commits()).toBeGreaterThan(30);
    expect(commits()).toBeLessThanOrEqual(64);
  });

  it('300 components that each listen by a hook get every event, and render once per frame', async () => {
    const factory = new EventFactory();
    const heard = new Map<number, number>();
    let commits = 0;
    function Listener({ number }: { number: number }) {
      useWebSocketEvent('generation.progress', () => heard.set(number, (heard.get(number) ?? 0) + 1));
      return <p>{useProgressTracking(factory.id).currentStep}</p>;
    }
    render(
      <WebSocketProvider connection={connection}>
        <Profiler id="listeners" onRender={() => void commits++}>
          {Array.from({ length: 300 }, (_, number) => number).map((number) => (
            <Listener key={number} number={number} />
          ))}
        </Profiler>
      </WebSocketProvider>,
    );
    made[0]?.open();
    await act(() => vi.advanceTimersByTimeAsync(100));
    commits = 0;
    await act(async () => {
      for (let ms = 1; ms <= 200; ms++) {
        made[0]?.receive(factory.progress(ms, 200));
        await vi.advanceTimersByTimeAsync(1);
      }
      await vi.advanceTimersByTimeAsync(100);
    });
    expect(heard.size).toBe(300);
    expect([...new Set(heard.values())]).toEqual([200]);
    expect(commits).toBeLessThanOrEqual(14);
    expect(made).toHaveLength(1);
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
    // The fake clock stands still while code runs: here rendering and handling take time.
    let spent = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + spent);
    Object.defineProperty(performance, 'memory', { value: { usedJSHeapSize: 12_345_678 }, configurable: true });
    onTestFinished(() => {
      Reflect.deleteProperty(performance, 'memory');
    });
    connection.subscribe(factory.id, () => {
      spent += 3;
    });
    function Measured() {
      read = useRenderMetrics();
      spent += 2;
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
    // Each render takes two milliseconds of the fake clock, and each handler three.
    expect(metrics?.averageRenderMs).toBeCloseTo(2);
    expect(metrics?.slowestRenderMs).toBeCloseTo(2);
    expect(metrics?.usedMemoryBytes).toBe(12_345_678);
    expect(connection.quality.processingMs).toBeGreaterThan(2.5);
    expect(connection.quality.processingMs).toBeLessThanOrEqual(4);
  });
});
