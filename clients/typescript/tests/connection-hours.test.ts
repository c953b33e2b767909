import { afterEach, describe, expect, it, vi } from 'vitest';
import { withGateway } from './support/connected.js';
import { EventFactory } from './support/event-factory.js';

describe('a long connection', () => {
  const test = withGateway();
  afterEach(() => {
    vi.useRealTimers();
  });

  it('of eight hours with a heartbeat every 30 s on a real socket stays one connection, and grows no memory', async () => {
    // Only the clock of the heartbeat is fake: the socket is real.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const factory = new EventFactory();
    const connection = test.connect();
    let pongs = 0;
    connection.on('latency', () => {
      pongs++;
      test.news.notify();
    });
    connection.subscribe(factory.id, () => test.news.notify(), { after: 0 });
    await test.news.until(() => pongs === 1);

    const hours = async (count: number) => {
      for (let beat = 0; beat < count * 120; beat++) {
        const [before, received] = [pongs, connection.quality.received];
        test.gateway.publish(
          factory.progress(1 + (beat % 100), 100),
          factory.node(),
          factory.progress(beat % 100, 100),
        );
        await test.news.until(() => connection.quality.received === received + 3 && connection.quality.queued === 0);
        vi.advanceTimersByTime(30_000);
        await test.news.until(() => pongs === before + 1);
      }
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    const early = await hours(2);
    const late = await hours(6);
    expect(pongs).toBe(1 + 960);
    expect(test.gateway.count('/api/ws/progress')).toBe(1);
    expect(connection.quality).toMatchObject({ dropped: 0, reconnects: 0, queued: 0 });
    // The test's own list of frames grows, too.
    expect(late - early).toBeLessThan(4_000_000);
  });
});
