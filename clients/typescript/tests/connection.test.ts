import { describe, expect, it, vi } from 'vitest';
import { withGateway } from './support/connected.js';
import { EventFactory } from './support/event-factory.js';

describe('a connection', () => {
  const test = withGateway();

  it('delivers the whole life of a generation to a subscriber that starts from the beginning', async () => {
    const factory = new EventFactory();
    const events = factory.lifecycle();
    test.connect().subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    for (const [index, event] of events.entries()) {
      test.gateway.publish(event);
      await test.has(index + 1);
    }
    expect(test.received).toEqual(events);
  });

  it('begins with a snapshot where no cursor is given', async () => {
    const factory = new EventFactory();
    test.gateway.publish(factory.started(), factory.progress(5));
    test.connect().subscribe(factory.id, test.keep);
    await test.has(1);
    expect(test.received[0]).toMatchObject({ type: 'generation.snapshot', data: { status: 'running', step: 5 } });
    const next = factory.progress(6);
    test.gateway.publish(next);
    await test.has(2);
    expect(test.received[1]).toEqual(next);
  });

  it('is one socket for any number of subscriptions', async () => {
    const connection = test.connect();
    const factories = Array.from({ length: 60 }, () => new EventFactory());
    const handlers = factories.flatMap(({ id }) => [id, id]);
    for (const id of handlers) {
      connection.subscribe(id, test.keep, { after: 0 });
    }
    const stopAll = connection.subscribeAll(test.keep);
    await test.gateway.changed.until(() =>
      test.gateway.frames.some(({ type, generationId }) => type === 'subscribe' && !generationId),
    );
    for (const factory of factories) {
      test.gateway.publish(factory.started());
    }
    // Two subscribers by name, and the one of all.
    await test.has(3 * factories.length);
    stopAll();
    await test.gateway.changed.until(() => test.gateway.frames.some(({ type }) => type === 'unsubscribe'));
    expect(test.received).toHaveLength(3 * factories.length);
    expect(test.gateway.count('/api/ws/progress')).toBe(1);
  });

  it('adds and removes generations on the open socket', async () => {
    const [first, second] = [new EventFactory(), new EventFactory()];
    const connection = test.connect();
    connection.subscribe(first.id, test.keep, { after: 0 });
    await test.connected();
    const stop = connection.subscribe(second.id, test.keep, { after: 0 });
    await test.gateway.changed.until(() => test.gateway.frames.some(({ generationId }) => generationId === second.id));
    test.gateway.publish(second.started());
    await test.has(1);
    stop();
    await test.gateway.changed.until(() => test.gateway.frames.some(({ type }) => type === 'unsubscribe'));
    test.gateway.publish(second.progress(1), first.started());
    await test.has(2);
    expect(test.received.map(({ generationId }) => generationId)).toEqual([second.id, first.id]);
    expect(test.gateway.count('/api/ws/progress')).toBe(1);
  });

  it('gives a second subscriber the state so far, without asking the server', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    connection.subscribe(factory.id, () => test.news.notify(), { after: 0 });
    await test.connected();
    test.gateway.publish(factory.started(), factory.progress(7));
    await test.news.until(() => connection.getState(factory.id)?.step === 7);
    connection.subscribe(factory.id, test.keep);
    expect(test.received).toEqual([]);
    await test.has(1);
    expect(test.received[0]).toMatchObject({ type: 'generation.snapshot', data: { step: 7, status: 'running' } });
    expect(test.gateway.frames.filter(({ type }) => type === 'subscribe')).toEqual([]);
  });

  it('hands on only the types that were asked for', async () => {
    const factory = new EventFactory();
    const connection = test.connect({ types: ['generation.image', 'generation.completed'], preview: 'none' });
    connection.subscribe(factory.id, test.keep, { after: 0, types: ['generation.image'] });
    await test.connected();
    test.gateway.publish(...factory.lifecycle(3));
    await test.has(3);
    expect(test.types()).toEqual(['generation.image', 'generation.image', 'generation.image']);
    const query = test.gateway.requests[0]?.url.searchParams;
    expect(query?.get('types')).toBe('generation.image,generation.completed');
    expect(query?.get('preview')).toBe('none');
  });

  it('receives the events of every generation with subscribeAll', async () => {
    const running = new EventFactory();
    test.gateway.publish(running.started());
    const connection = test.connect();
    connection.subscribeAll(test.keep);
    await test.has(1);
    const fresh = new EventFactory();
    test.gateway.publish(fresh.queued(), running.progress(1));
    await test.has(3);
    expect(test.types()).toEqual(['generation.snapshot', 'generation.queued', 'generation.progress']);
    const late = vi.fn();
    connection.subscribeAll(late);
    test.gateway.publish(fresh.started());
    await test.has(4);
    expect(late.mock.calls.map(([{ type }]) => type)).toEqual([
      'generation.snapshot',
      'generation.snapshot',
      'generation.started',
    ]);
  });

  it('hands what it does not understand on as it came, and goes on', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    const unknown = vi.fn();
    connection.on('unknown', unknown);
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    test.gateway.sendRaw('garbage');
    test.gateway.sendRaw('{"type":"generation.upscaled","generationId":"x","sequence":1}');
    test.gateway.sendRaw(JSON.stringify({ ...factory.progress(1), data: { progress: 'half' } }));
    test.gateway.sendRaw('{"type":"error","code":"too_many_subscriptions","message":"No more."}');
    test.gateway.publish(factory.started());
    await test.has(1);
    expect(unknown.mock.calls.map(([{ raw }]) => raw)).toEqual([
      'garbage',
      expect.objectContaining({ type: 'generation.upscaled' }),
      expect.objectContaining({ data: { progress: 'half' } }),
      expect.objectContaining({ code: 'too_many_subscriptions' }),
    ]);
    // The type of tomorrow and the error frame are no losses.
    expect(connection.quality).toMatchObject({ received: 1, dropped: 2 });
    expect(connection.quality.dropRate).toBeCloseTo(2 / 3);
  });

  it('a handler that throws does not affect the others', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    const report = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    connection.subscribe(
      factory.id,
      () => {
        throw new Error('mine');
      },
      { after: 0 },
    );
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    test.gateway.publish(factory.started(), factory.image());
    await test.has(2);
    expect(report).toHaveBeenCalledTimes(2);
  });

  it('closes when the last subscription ends, and opens again with the next', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    const stops = [connection.subscribe(factory.id, test.keep), connection.subscribe(factory.id, test.keep)];
    await test.connected();
    stops[0]?.();
    expect(connection.state.status).toBe('connecting');
    stops[1]?.();
    await test.connected(0);
    expect(connection.state).toEqual({ status: 'disconnected', attempt: 0 });
    connection.subscribe(factory.id, test.keep);
    await test.connected();
  });

  it('closes when everything that is watched has ended', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    test.gateway.publish(factory.completed());
    await test.connected(0);
    expect(test.types()).toEqual(['generation.completed']);
    expect(connection.state.status).toBe('disconnected');
  });

  it('does not come back when the server closes because all is done', async () => {
    const factory = new EventFactory();
    const connection = test.connect({ lingerMs: 60_000, backoff: { initialMs: 0 } });
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    test.gateway.publish(factory.completed());
    test.gateway.close(1000);
    await test.news.until(() => connection.state.status === 'disconnected');
    expect(connection.state).toEqual({ status: 'disconnected', attempt: 0 });
    expect(test.types()).toEqual(['generation.completed']);
    expect(test.gateway.count('/api/ws/progress')).toBe(1);
  });

  it('asks for nothing when nothing is watched any more by the time it could connect', async () => {
    const granted = new Promise<void>((grant) => {
      test.gateway.routes.set('POST /api/realtime/tickets', () => {
        grant();
        return { body: { ticket: 't' } };
      });
    });
    const connection = test.connect({ lingerMs: 60_000, getToken: () => 'token' });
    const stop = connection.subscribe('g', test.keep);
    await granted;
    stop();
    await test.news.until(() => connection.state.status === 'disconnected');
    expect(test.gateway.count('/api/ws/progress')).toBe(0);
  });

  it('can be closed at any moment, even while it connects, without a trace', async () => {
    const connection = test.connect();
    for (let round = 0; round < 20; round++) {
      const stop = connection.subscribe(crypto.randomUUID(), test.keep);
      stop();
      connection.close();
    }
    await test.gateway.changed.until(() => test.gateway.openSockets === 0);
    expect(connection.state.status).toBe('disconnected');
    expect(test.received).toEqual([]);
  });

  it('reports its state to its listeners', async () => {
    const connection = test.connect();
    const seen: string[] = [];
    for (const name of ['open', 'close', 'error', 'message'] as const) {
      connection.on(name, () => {
        seen.push(name);
        test.news.notify();
      });
    }
    connection.subscribe(crypto.randomUUID(), test.keep);
    await test.has(1);
    test.gateway.drop();
    await test.news.until(() => seen.length === 5);
    expect(seen).toEqual(['open', 'message', 'close', 'error', 'open']);
    expect(connection.quality.reconnects).toBe(1);
  });

  it('measures the round trip on demand', async () => {
    const connection = test.connect();
    await expect(connection.ping()).rejects.toThrow('no open WebSocket');
    connection.subscribe(crypto.randomUUID(), test.keep);
    await test.news.until(() => connection.state.status === 'connected');
    expect(await connection.ping()).toBeGreaterThan(0);
    expect(connection.quality.latencyMs).toBeGreaterThan(0);
    test.gateway.answersPings = false;
    const lost = connection.ping();
    test.gateway.drop();
    await expect(lost).rejects.toThrow('The connection to the server was lost.');
  });
});
