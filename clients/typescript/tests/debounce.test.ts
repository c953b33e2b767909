import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GenerationMessage } from '../src/index.js';
import { withGateway } from './support/connected.js';
import { EventFactory } from './support/event-factory.js';
import { FakeWebSocket } from './support/fake-websocket.js';

describe('debounceMs', () => {
  const test = withGateway();
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const follow = (factory: EventFactory, debounceMs?: number) => {
    const { made, WebSocket } = FakeWebSocket.maker();
    const seen: GenerationMessage[] = [];
    const connection = test.connect({ WebSocket });
    const stop = connection.subscribe(factory.id, (message) => seen.push(message), { after: 0, debounceMs });
    made[0]?.open();
    const receive = async (...messages: GenerationMessage[]) => {
      for (const message of messages) {
        made[0]?.receive(message);
      }
      await vi.advanceTimersByTimeAsync(0);
    };
    return { seen, stop, receive };
  };

  it('hands on 1,000 messages of a second at most once per 16 ms, and the last of them', async () => {
    const factory = new EventFactory();
    const { seen, receive } = follow(factory, 16);
    for (let ms = 1; ms <= 1_000; ms++) {
      await receive(factory.progress(ms, 1_000));
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(16);
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.length).toBeLessThanOrEqual(63);
    expect(seen.at(-1)).toMatchObject({ data: { step: 1_000 } });
  });

  it('keeps the newest of each type, in the order in which they came', async () => {
    const factory = new EventFactory();
    const { seen, receive } = follow(factory, 16);
    await receive(factory.node('A', '1'), factory.progress(1), factory.node('B', '2'), factory.progress(2));
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(16);
    expect(seen).toMatchObject([{ data: { currentNode: 'B' } }, { data: { step: 2 } }]);
  });

  it('hands on an outcome at once, behind the progress that waits', async () => {
    const factory = new EventFactory();
    const { seen, receive } = follow(factory, 1_000);
    await receive(factory.progress(1));
    await receive(factory.image());
    expect(seen.map(({ type }) => type)).toEqual(['generation.progress', 'generation.image']);
  });

  it('hands on nothing after the end of the subscription', async () => {
    const factory = new EventFactory();
    const { seen, stop, receive } = follow(factory, 16);
    await receive(factory.progress(1));
    stop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen).toEqual([]);
  });

  it('is off by default', async () => {
    const factory = new EventFactory();
    const { seen, receive } = follow(factory);
    await receive(factory.progress(1), factory.progress(2), factory.progress(3));
    expect(seen).toHaveLength(3);
  });
});
