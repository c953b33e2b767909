import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ConnectionOptions, RealtimeConnection } from '../src/index.js';
import { FakeWebSocket } from './support/fake-websocket.js';
import { MemoryStorage } from './support/memory-storage.js';

describe('a reload', () => {
  let storage: MemoryStorage;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    storage = new MemoryStorage();
  });
  afterEach(() => {
    for (const connection of open.splice(0)) {
      connection.close();
    }
    vi.useRealTimers();
  });

  const open: RealtimeConnection[] = [];
  const polled = async () => Response.json({ events: [], after: 0 });
  const visit = (options: ConnectionOptions = {}) => {
    const { made, WebSocket } = FakeWebSocket.maker();
    const fetch = vi.fn<typeof globalThis.fetch>(polled);
    const common = { realtimeUrl: 'http://gateway', WebSocket, fetch, storage };
    const connection = new RealtimeConnection({
      ...common,
      transports: ['websocket', 'polling'],
      backoff: { initialMs: 10, maxMs: 10 },
      ...options,
    });
    open.push(connection);
    connection.subscribe('g', () => undefined, { after: 0 });
    return { made, connection, fetch };
  };
  const leave = () => open.pop()?.close();

  const blocked = async () => {
    const { made, connection } = visit();
    made[0]?.end();
    await vi.advanceTimersByTimeAsync(10);
    made[1]?.end();
    await vi.advanceTimersByTimeAsync(10);
    expect(connection.state.transport).toBe('polling');
    leave();
  };

  it('begins with the transport that worked, and looks soon whether the best one does', async () => {
    await blocked();
    const { made, connection } = visit();
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.state).toMatchObject({ status: 'connected', transport: 'polling' });
    expect(made).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(2_000);
    made[0]?.open();
    expect(connection.state.transport).toBe('websocket');
  });

  it('does not get around the breaker', async () => {
    const { made } = visit();
    for (let flap = 0; flap < 6; flap++) {
      made.at(-1)?.open();
      made.at(-1)?.end();
      await vi.advanceTimersByTimeAsync(10);
    }
    leave();
    const next = visit();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(next.made).toHaveLength(0);
    expect(next.connection.state.transport).toBe('polling');
    await vi.advanceTimersByTimeAsync(46_000);
    expect(next.made).toHaveLength(1);
  });

  it('begins anew five minutes later: the network may be another one', async () => {
    await blocked();
    vi.setSystemTime(Date.now() + 300_000);
    expect(visit().made).toHaveLength(1);
  });

  it('knows one gateway from another', async () => {
    await blocked();
    expect(visit({ realtimeUrl: 'http://elsewhere' }).made).toHaveLength(1);
  });

  it('remembers nothing where that is not wanted', async () => {
    const { made } = visit({ storage: null });
    made[0]?.open();
    expect(storage.items.size).toBe(0);
  });

  it.each(['not json', 'null', '[]', '{"savedAt":"x"}', '{"transport":"carrier pigeon","savedAt":0}'])(
    'is not stopped by foreign data: %s',
    (text) => {
      storage.items.set('lockngen:connection:http://gateway', text);
      expect(visit().made).toHaveLength(1);
    },
  );

  it('is not stopped by storage that is full or switched off', () => {
    storage.broken = true;
    const { made, connection } = visit();
    made[0]?.open();
    expect(connection.state.status).toBe('connected');
  });
});
