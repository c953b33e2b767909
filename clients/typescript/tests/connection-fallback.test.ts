import { afterEach, describe, expect, it, vi } from 'vitest';
import { withGateway } from './support/connected.js';
import { EventFactory } from './support/event-factory.js';
import { FakeWebSocket } from './support/fake-websocket.js';

describe('where WebSockets are blocked', () => {
  const test = withGateway();

  it('two failed upgrades lead to SSE, which carries the same events', async () => {
    test.gateway.refuse.websocket = { status: 502 };
    const factory = new EventFactory();
    const connection = test.connect();
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    test.gateway.publish(factory.started(), factory.progress(1), factory.image());
    await test.has(3);
    expect(connection.state).toMatchObject({ status: 'connected', transport: 'sse' });
    expect(test.gateway.count('/api/ws/progress')).toBe(2);
    expect(test.gateway.requests.at(-1)).toMatchObject({ headers: { accept: 'text/event-stream' } });
  });

  it('SSE follows what is watched, and everything beside single generations', async () => {
    const [first, second, other] = [new EventFactory(), new EventFactory(), new EventFactory()];
    const connection = test.connect({ transports: ['sse'] });
    connection.subscribe(first.id, test.keep, { after: 0 });
    await test.connected(1);
    connection.subscribe(second.id, test.keep, { after: 0 });
    await test.gateway.changed.until(() => test.gateway.count('/api/sse/progress') === 2);
    await test.connected(1);
    connection.subscribeAll(test.keep);
    await test.connected(2);
    test.gateway.publish(first.started(), second.started(), other.started());
    // Twice for those watched by name, as there are two subscribers; once for the other.
    await test.has(5);
    connection.close();
    await test.connected(0);
    expect(test.received).toHaveLength(5);
  });

  it('two failed streams lead to polling every 2 s', async () => {
    test.gateway.refuse = { websocket: { status: 502 }, sse: { status: 404 } };
    const factory = new EventFactory();
    const connection = test.connect({ pollIntervalMs: 1 });
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.news.until(() => connection.state.status === 'connected');
    expect(connection.state.transport).toBe('polling');
    test.gateway.publish(factory.started(), factory.progress(1), factory.image());
    await test.has(3);
    test.gateway.publish(factory.completed());
    await test.has(4);
    expect(test.types()).toEqual([
      'generation.started',
      'generation.progress',
      'generation.image',
      'generation.completed',
    ]);
    const polls = test.gateway.requests.filter(
      ({ url }) => url.pathname.endsWith('/progress') && url.searchParams.has('after'),
    );
    expect(polls.length).toBeGreaterThan(0);
    expect(test.gateway.count('/api/sse/progress')).toBe(2);
  });

  it('polling finds every running generation, and their ends', async () => {
    const factory = new EventFactory();
    test.gateway.publish(factory.started());
    let status = 'running';
    test.gateway.routes.set('GET /api/generations', () => ({ body: { items: [{ id: factory.id, status }] } }));
    const connection = test.connect({ transports: ['polling'], pollIntervalMs: 1 });
    connection.subscribeAll(test.keep);
    await test.has(1);
    status = 'completed';
    test.gateway.publish(factory.completed());
    await test.has(2);
    expect(test.received[1]).toMatchObject({ type: 'generation.snapshot', data: { status: 'completed' } });
  });

  it('polling announces gaps, too', async () => {
    test.gateway.ringCapacity = 2;
    const factory = new EventFactory();
    test.gateway.publish(factory.started(), factory.progress(1), factory.progress(2), factory.progress(3));
    test.connect({ transports: ['polling'], pollIntervalMs: 1 }).subscribe(factory.id, test.keep, { after: 0 });
    await test.has(2);
    expect(test.types()).toEqual(['subscription.gap', 'generation.snapshot']);
  });

  it('a better transport is tried again, and takes over without a loss', async () => {
    test.gateway.refuse.websocket = { status: 502 };
    const factory = new EventFactory();
    const connection = test.connect({ upgradeIntervalMs: 20 });
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    test.gateway.publish(factory.started());
    await test.has(1);
    // One trial fails: SSE goes on meanwhile.
    await test.gateway.changed.until(() => test.gateway.count('/api/ws/progress') === 3);
    test.gateway.publish(factory.progress(1));
    test.gateway.refuse = {};
    await test.news.until(() => connection.state.transport === 'websocket');
    await test.gateway.changed.until(() => test.gateway.connections.every(({ kind }) => kind === 'websocket'));
    test.gateway.publish(factory.progress(2));
    await test.has(3);
    expect(test.types()).toEqual(['generation.started', 'generation.progress', 'generation.progress']);
  });

  it('without any WebSocket in the platform it starts with SSE', async () => {
    const factory = new EventFactory();
    vi.stubGlobal('WebSocket', undefined);
    const connection = test.connect({ WebSocket: undefined });
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    expect(test.gateway.connections[0]?.kind).toBe('sse');
    vi.unstubAllGlobals();
  });
});

describe('a server that says when to come back', () => {
  const test = withGateway();

  it.each([429, 503])('is obeyed after a %i: the stream waits, and is not replaced by polling', async (status) => {
    test.gateway.refuse.sse = { status, retryAfter: 7 };
    const connection = test.connect({ transports: ['sse', 'polling'] });
    connection.subscribe(crypto.randomUUID(), test.keep);
    await test.news.until(() => connection.state.error !== undefined);
    expect(connection.state.status).toBe('disconnected');
    expect(connection.state.retryInMs).toBeGreaterThanOrEqual(7_000);
    expect(connection.state.retryInMs).toBeLessThanOrEqual(8_750);
    expect(connection.state.error).toMatchObject({
      code: status,
      message: 'The server is busy.',
      suggestion: 'Live updates resume in a moment.',
      recovering: true,
    });
  });

  it.each([
    [{ status: 404 }, 'a missing endpoint'],
    [{ status: 500 }, 'an error'],
  ])('is left for the next transport after %o', async (refusal) => {
    test.gateway.refuse.sse = refusal;
    const connection = test.connect({ transports: ['sse', 'polling'] });
    connection.subscribe(crypto.randomUUID(), test.keep);
    await test.news.until(() => connection.state.status === 'connected');
    expect(connection.state.transport).toBe('polling');
  });
});

describe('timing', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const fake = () => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    return FakeWebSocket.maker();
  };

  const test = withGateway();

  it('reconnects after 1 s, 1.5 s, 2.25 s, and starts over after 10 s connected', async () => {
    const { made, WebSocket } = fake();
    const connection = test.connect({ WebSocket, backoff: {}, breaker: {}, transports: ['websocket'] });
    connection.subscribe('g', test.keep);
    for (const delay of [1_000, 1_500, 2_250]) {
      made.at(-1)?.end();
      expect(connection.state).toMatchObject({ status: 'disconnected', retryInMs: delay });
      await vi.advanceTimersByTimeAsync(delay - 1);
      const before = made.length;
      await vi.advanceTimersByTimeAsync(1);
      expect(made).toHaveLength(before + 1);
    }
    made.at(-1)?.open();
    await vi.advanceTimersByTimeAsync(9_999);
    made.at(-1)?.end();
    expect(connection.state.retryInMs).toBe(3_375);
    await vi.advanceTimersByTimeAsync(3_375);
    made.at(-1)?.open();
    const sent = made.at(-1)?.sent[0];
    made.at(-1)?.receive({ type: 'pong', id: sent?.id });
    await vi.advanceTimersByTimeAsync(10_000);
    made.at(-1)?.end();
    expect(connection.state.retryInMs).toBe(1_000);
  });

  it('gives up on an opening that takes longer than 10 s', async () => {
    const { made, WebSocket } = fake();
    const connection = test.connect({ WebSocket });
    connection.subscribe('g', test.keep);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(connection.state.status).toBe('connecting');
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.state.status).toBe('disconnected');
    expect(made[0]?.readyState).toBe(3);
  });

  it('leaves a connection that does not answer pings, and resumes on a new one', async () => {
    const { made, WebSocket } = fake();
    const factory = new EventFactory();
    const connection = test.connect({ WebSocket, breaker: {} });
    connection.subscribe(factory.id, test.keep, { after: 0 });
    made[0]?.open();
    made[0]?.receive({ type: 'pong', id: 1 });
    const event = factory.started();
    made[0]?.receive(event);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(made[0]?.sent.filter(({ type }) => type === 'ping')).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(connection.state.error).toMatchObject({ code: 4408, message: 'The connection went silent.' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(made[1]?.url).toContain(`after=${event.sequence}`);
  });

  it('leaves a stream that has been silent for longer than two heartbeats', async () => {
    vi.useFakeTimers();
    const aborted: unknown[] = [];
    const fetch = vi.fn<typeof globalThis.fetch>(async (_, init) => {
      const body = new ReadableStream({
        start(stream) {
          init?.signal?.addEventListener('abort', () => {
            aborted.push(init.signal?.reason);
            stream.error(init.signal?.reason);
          });
        },
      });
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
    });
    const connection = test.connect({ fetch, transports: ['sse'] });
    connection.subscribe('g', test.keep);
    await vi.advanceTimersByTimeAsync(74_999);
    expect(connection.state.status).toBe('connected');
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.state.error).toMatchObject({ code: 4408, message: 'The connection went silent.' });
    expect(aborted).toHaveLength(1);
  });

  it('does not take an HTML page for a stream', async () => {
    vi.useFakeTimers();
    const fetch = vi.fn<typeof globalThis.fetch>(
      async () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }),
    );
    const connection = test.connect({ fetch, transports: ['sse'] });
    connection.subscribe('g', test.keep);
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.state).toMatchObject({ status: 'disconnected', error: { code: 1006 } });
  });

  it('after six attempts in a minute the breaker leaves it to SSE, and the WebSocket is tried again a minute later', async () => {
    const { made, WebSocket } = fake();
    const events = 'data: {"type":"connection.ready"}\n\n';
    const fetch = vi.fn<typeof globalThis.fetch>(async (_, init) => {
      const body = new ReadableStream({
        start(stream) {
          stream.enqueue(new TextEncoder().encode(events));
          init?.signal?.addEventListener('abort', () => stream.error(init.signal?.reason));
        },
      });
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
    });
    const connection = test.connect({ WebSocket, fetch, breaker: {}, backoff: { initialMs: 10, maxMs: 10 } });
    connection.subscribe('g', test.keep);
    for (let flap = 0; flap < 6; flap++) {
      made.at(-1)?.open();
      made.at(-1)?.end();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(made).toHaveLength(6);
    expect(connection.state).toMatchObject({ status: 'connected', transport: 'sse' });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(made).toHaveLength(6);
    // With the most jitter there is.
    await vi.advanceTimersByTimeAsync(16_000);
    expect(made).toHaveLength(7);
    made[6]?.open();
    expect(connection.state.transport).toBe('websocket');
    connection.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not stay on a fallback for long when everything was down, not only the WebSocket', async () => {
    const { made, WebSocket } = fake();
    let isDown = true;
    const fetch = vi.fn<typeof globalThis.fetch>(async () => {
      if (isDown) {
        throw new TypeError('fetch failed');
      }
      return Response.json({ events: [], after: 0 });
    });
    const connection = test.connect({ WebSocket, fetch, backoff: {} });
    connection.subscribe('g', test.keep, { after: 0 });
    made[0]?.end();
    await vi.advanceTimersByTimeAsync(1_000);
    made[1]?.end();
    await vi.advanceTimersByTimeAsync(10_000);
    isDown = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(connection.state).toMatchObject({ status: 'connected', transport: 'polling' });
    expect(made).toHaveLength(3);
    made[2]?.open();
    expect(connection.state.transport).toBe('websocket');
  });

  it('an outage with the breaker open: the fallback serves, and the WebSocket waits out its minute', async () => {
    const { made, WebSocket } = fake();
    let isDown = true;
    const fetch = vi.fn<typeof globalThis.fetch>(async () => {
      if (isDown) {
        throw new TypeError('fetch failed');
      }
      return Response.json({ events: [], after: 0 });
    });
    const options = {
      breaker: {},
      backoff: { initialMs: 10, maxMs: 10 },
      transports: ['websocket', 'polling'],
    } as const;
    const connection = test.connect({ WebSocket, fetch, ...options });
    connection.subscribe('g', test.keep, { after: 0 });
    // Flaps: the sixth attempt within the minute opens the breaker.
    for (let flap = 0; flap < 6; flap++) {
      made.at(-1)?.open();
      made.at(-1)?.end();
      await vi.advanceTimersByTimeAsync(10);
    }
    const opened = made.length;
    await vi.advanceTimersByTimeAsync(20_000);
    isDown = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.state).toMatchObject({ status: 'connected', transport: 'polling' });
    await vi.advanceTimersByTimeAsync(35_000);
    expect(made).toHaveLength(opened);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(made).toHaveLength(opened + 1);
    made.at(-1)?.open();
    expect(connection.state.transport).toBe('websocket');
  });

  it('leaves no trial behind when it is closed in the middle of one', async () => {
    const { made, WebSocket } = fake();
    const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({ events: [], after: 0 }));
    const connection = test.connect({ WebSocket, fetch, transports: ['websocket', 'polling'] });
    connection.subscribe('g', test.keep, { after: 0 });
    made[0]?.end();
    await vi.advanceTimersByTimeAsync(1_000);
    made[1]?.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(made).toHaveLength(3);
    connection.close();
    expect(made[2]?.readyState).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('polls every 2 s by default', async () => {
    const { WebSocket } = fake();
    const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({ events: [], after: 0 }));
    const connection = test.connect({ WebSocket, fetch, transports: ['polling'] });
    connection.subscribe('g', test.keep, { after: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(fetch).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(fetch).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('an idle connection lingers for a second, so that the next page finds it open', async () => {
    const { made, WebSocket } = fake();
    const connection = test.connect({ WebSocket, lingerMs: undefined });
    connection.subscribe('g', test.keep)();
    await vi.advanceTimersByTimeAsync(999);
    connection.subscribe('g', test.keep)();
    expect(made).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.state.status).toBe('disconnected');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tries at once when the network comes back', async () => {
    const { made, WebSocket } = fake();
    const target = new EventTarget();
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
    const connection = test.connect({ WebSocket, backoff: {} });
    connection.subscribe('g', test.keep);
    made[0]?.end();
    target.dispatchEvent(new Event('online'));
    expect(made).toHaveLength(2);
    connection.close();
    target.dispatchEvent(new Event('online'));
    expect(made).toHaveLength(2);
    vi.unstubAllGlobals();
  });
});
