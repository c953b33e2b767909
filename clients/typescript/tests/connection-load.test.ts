import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RealtimeConnection } from '../src/index.js';
import { withGateway } from './support/connected.js';
import { EventFactory } from './support/event-factory.js';
import { FakeWebSocket } from './support/fake-websocket.js';

describe('under load', () => {
  const test = withGateway();

  it('100,000 messages leave no memory behind', async () => {
    const { made, WebSocket } = FakeWebSocket.maker();
    const connection = test.connect({ WebSocket, heartbeat: { intervalMs: 1e9, timeoutMs: 1e9 } });
    let outcomes = 0;
    connection.subscribeAll(({ type }) => {
      outcomes += type === 'generation.completed' ? 1 : 0;
      test.news.notify();
    });
    made[0]?.open();
    let sent = 0;
    const run = async (generations: number) => {
      for (let generation = 0; generation < generations; generation++) {
        const events = new EventFactory().lifecycle(1, 94);
        for (const event of events) {
          made[0]?.receive(event);
          await Promise.resolve();
        }
        sent += events.length;
        await test.news.until(() => connection.quality.queued === 0);
      }
      return usedMemory();
    };
    const before = await run(100);
    const after = await run(1_000);
    expect(sent).toBeGreaterThan(100_000);
    expect(outcomes).toBe(1_100);
    expect(connection.quality).toMatchObject({ received: sent, queued: 0, dropped: 0 });
    // What remains are the 1,000 generations that it remembers.
    expect(after - before).toBeLessThan(8_000_000);
  });

  it('a thousand subscribers each get every event', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    const counts = new Map<number, number>();
    for (let subscriber = 0; subscriber < 1_000; subscriber++) {
      connection.subscribe(
        factory.id,
        () => {
          counts.set(subscriber, (counts.get(subscriber) ?? 0) + 1);
          test.news.notify();
        },
        { after: 0 },
      );
    }
    await test.connected();
    test.gateway.publish(factory.started(), factory.image(1, 3), factory.image(2, 3), factory.image(3, 3));
    await test.news.until(() => counts.get(999) === 4);
    expect([...counts.values()].every((count) => count === 4)).toBe(true);
    expect(test.gateway.count('/api/ws/progress')).toBe(1);
  });

  it('1,000 subscriptions that come and go leave no socket', async () => {
    const connection = test.connect();
    for (let round = 0; round < 1_000; round++) {
      connection.subscribe(crypto.randomUUID(), test.keep)();
      if (round % 100 === 0) {
        await test.connected(0);
      }
    }
    await test.news.until(() => connection.state.status === 'disconnected');
    await test.gateway.changed.until(() => test.gateway.openSockets === 0);
  });

  it('connections of their own do not mix', async () => {
    const factories = Array.from({ length: 20 }, () => new EventFactory());
    const seen = factories.map(({ id }) => {
      const ids = new Set<string>();
      test.connect().subscribe(
        id,
        (message) => {
          ids.add(message.generationId);
          test.keep(message);
        },
        { after: 0 },
      );
      return ids;
    });
    await test.connected(20);
    for (const factory of factories) {
      test.gateway.publish(factory.started(), factory.image());
    }
    await test.has(40);
    expect(seen.map((ids) => [...ids])).toEqual(factories.map(({ id }) => [id]));
  });
});

describe('timers and listeners', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('are not there until something is watched, and gone afterwards', () => {
    const listeners = { add: vi.fn(), remove: vi.fn() };
    vi.stubGlobal('addEventListener', listeners.add);
    vi.stubGlobal('removeEventListener', listeners.remove);
    const { made, WebSocket } = FakeWebSocket.maker();
    const connection = new RealtimeConnection({ realtimeUrl: 'http://gateway', WebSocket });
    expect(vi.getTimerCount()).toBe(0);
    expect(listeners.add).not.toHaveBeenCalled();
    for (let round = 0; round < 1_000; round++) {
      const stop = connection.subscribe(`${round}`, () => undefined);
      made.at(-1)?.open();
      stop();
      vi.advanceTimersByTime(1_000);
    }
    expect(made).toHaveLength(1_000);
    expect(made.every(({ readyState }) => readyState === 3)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(listeners.remove.mock.calls).toEqual(listeners.add.mock.calls);
  });
});

function usedMemory(): number {
  if (!globalThis.gc) {
    throw new Error('run with --expose-gc');
  }
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
