import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GenerationMessage } from '../src/index.js';
import { withGateway } from './support/connected.js';
import { EventFactory } from './support/event-factory.js';
import { FakeWebSocket } from './support/fake-websocket.js';

const state = [
  'generation.queued',
  'generation.started',
  'generation.image',
  'generation.completed',
  'generation.failed',
  'generation.cancelled',
];

/** What nobody listens for does not travel. */
describe('the types that a connection asks for', () => {
  const test = withGateway();
  const upgrades = () => test.gateway.requests.filter(({ url }) => url.pathname.endsWith('/progress'));
  const asked = (index = 0) => upgrades()[index]?.url.searchParams.get('types')?.split(',');
  const tookOver = async () => {
    await test.gateway.changed.until(() => upgrades().length > 1);
    await test.connected();
  };

  it('are those of all subscriptions together, and those that the client needs itself', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    connection.subscribe(factory.id, test.keep, { after: 0, types: ['generation.preview', 'generation.image'] });
    connection.subscribeAll(() => undefined, { types: ['generation.progress'] });
    await test.connected();
    expect(new Set(asked())).toEqual(new Set([...state, 'generation.preview', 'generation.progress']));
    expect(upgrades()).toHaveLength(1);
  });

  it('are all as soon as one subscription names none', async () => {
    const connection = test.connect();
    connection.subscribeAll(() => undefined, { types: ['generation.image'] });
    connection.subscribe(new EventFactory().id, test.keep);
    await test.connected();
    expect(asked()).toBeUndefined();
    expect(upgrades()).toHaveLength(1);
  });

  it('never name what the gateway sends anyway', async () => {
    const types = ['generation.snapshot', 'subscription.gap'] as const;
    test.connect().subscribe(new EventFactory().id, test.keep, { types });
    await test.connected();
    await test.has(1);
    expect(asked()).toEqual(state);
    expect(test.types()).toEqual(['generation.snapshot']);
  });

  it('are the option of the connection where it has one', async () => {
    const connection = test.connect({ types: ['generation.completed'] });
    connection.subscribe(new EventFactory().id, test.keep);
    await test.connected();
    expect(asked()).toEqual(['generation.completed']);
  });

  it('keep progress off the wire, and the state whole', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    const accepted: string[] = [];
    connection.on('queued', ({ type }) => accepted.push(type));
    connection.subscribe(factory.id, test.keep, { after: 0, types: ['generation.completed'] });
    await test.connected();
    test.gateway.publish(...factory.lifecycle(2));
    await test.has(1);
    expect(accepted).toEqual([
      'generation.queued',
      'generation.started',
      'generation.image',
      'generation.image',
      'generation.completed',
    ]);
    expect(connection.getState(factory.id)).toMatchObject({
      status: 'completed',
      images: [{ index: 1 }, { index: 2 }],
    });
    await test.connected(0);
  });

  it.each([
    ['further types', { types: ['generation.progress'] as const }, [...state, 'generation.progress']],
    ['no types', {}, undefined],
  ])('grow with a subscription with %s: a second connection takes over without a loss', async (_, options, types) => {
    const factory = new EventFactory();
    const connection = test.connect();
    const outcomes: string[] = [];
    const outcome = ({ type }: GenerationMessage) => {
      outcomes.push(type);
      test.news.notify();
    };
    connection.subscribe(factory.id, outcome, { after: 0, types: ['generation.image'] });
    await test.news.until(() => connection.state.status === 'connected');
    const states: string[] = [];
    connection.on('state', ({ status }) => states.push(status));
    test.gateway.publish(factory.started(2), factory.progress(1), factory.image(1, 2));
    await test.news.until(() => outcomes.length === 1);
    connection.subscribe(factory.id, test.keep, options);
    test.gateway.publish(factory.image(2, 2));
    await tookOver();
    expect(asked(1)).toEqual(types);
    const next = factory.progress(2);
    test.gateway.publish(next);
    await test.news.until(() => test.types().includes('generation.progress'));
    expect(test.received.at(-1)).toEqual(next);
    expect(outcomes).toEqual(['generation.image', 'generation.image']);
    // For its listeners the connection never was away.
    expect(states).toEqual([]);
    expect(connection.quality).toMatchObject({ reconnects: 0, dropped: 0 });
  });

  it('stay when a subscription ends: the next connection asks for less', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    connection.subscribe(factory.id, test.keep, { after: 0, types: ['generation.image'] });
    const stop = connection.subscribe(factory.id, () => undefined);
    await test.news.until(() => connection.state.status === 'connected');
    stop();
    connection.subscribe(new EventFactory().id, test.keep, { types: ['generation.node'] });
    await test.gateway.changed.until(() => test.gateway.frames.some(({ type }) => type === 'subscribe'));
    expect(upgrades()).toHaveLength(1);
    test.gateway.drop();
    await tookOver();
    expect(asked(1)).toEqual([...state, 'generation.node']);
  });

  it('do not count a generation that has ended', async () => {
    const [over, running] = [new EventFactory(), new EventFactory()];
    const connection = test.connect();
    connection.subscribe(over.id, test.keep, { after: 0 });
    connection.subscribe(running.id, test.keep, { after: 0, types: ['generation.image'] });
    await test.connected();
    test.gateway.publish(over.completed());
    await test.has(1);
    test.gateway.drop();
    await tookOver();
    expect(asked(1)).toEqual(state);
  });

  it('grow on a stream, too', async () => {
    const factory = new EventFactory();
    const connection = test.connect({ transports: ['sse'] });
    connection.subscribe(factory.id, () => undefined, { after: 0, types: ['generation.image'] });
    await test.news.until(() => connection.state.status === 'connected');
    expect(asked()).toEqual(state);
    connection.subscribe(factory.id, test.keep);
    await tookOver();
    const event = factory.progress(1);
    test.gateway.publish(event);
    await test.has(1);
    expect(test.received).toEqual([event]);
    expect(asked(1)).toBeUndefined();
  });

  it('where the second connection is refused the first goes too, and what is next resumes', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    connection.subscribe(factory.id, test.keep, { after: 0, types: ['generation.started', 'generation.image'] });
    await test.news.until(() => connection.state.status === 'connected');
    test.gateway.publish(factory.started());
    await test.has(1);
    test.gateway.refuse.websocket = { status: 503 };
    const progress: number[] = [];
    connection.subscribe(factory.id, ({ data }) => progress.push(data.step), { types: ['generation.progress'] });
    await test.connected(0);
    test.gateway.publish(factory.progress(1), factory.image());
    test.gateway.refuse = {};
    await test.has(2);
    expect(test.types()).toEqual(['generation.started', 'generation.image']);
    expect(progress).toEqual([1]);
  });
});

/** With sockets that do what the test says. */
describe('the connection that takes over', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const test = withGateway();

  const widening = async () => {
    vi.useFakeTimers();
    const { made, WebSocket } = FakeWebSocket.maker();
    const factory = new EventFactory();
    const connection = test.connect({ WebSocket, breaker: {} });
    connection.subscribeAll(test.keep, { types: ['generation.image'] });
    await vi.advanceTimersByTimeAsync(0);
    made[0]?.open();
    made[0]?.receive({ type: 'pong', id: 1 });
    made[0]?.receive(factory.started());
    connection.subscribeAll(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
    expect(made).toHaveLength(2);
    return { first: made[0] as FakeWebSocket, second: made[1] as FakeWebSocket, made, factory, connection };
  };

  /** An image, and the snapshot that contains it: whoever reads the snapshot first never hears of the image. */
  const image = (factory: EventFactory) => {
    const event = factory.image();
    const data = { status: 'running', images: [event.data.image] };
    return { event, snapshot: { ...event, type: 'generation.snapshot', data } };
  };

  it('is heard once the first has said all that it had to say', async () => {
    const { first, second, factory } = await widening();
    const { event, snapshot } = image(factory);
    second.open();
    second.receive(snapshot);
    first.receive(event);
    first.receive({ type: 'pong', id: first.sent.at(-1)?.id });
    expect(first.readyState).toBe(3);
    await vi.advanceTimersByTimeAsync(0);
    expect(test.received).toEqual([event]);
    const next = factory.image(2);
    second.receive(next);
    await vi.advanceTimersByTimeAsync(0);
    expect(test.received).toEqual([event, next]);
  });

  it('is heard at once when the first breaks meanwhile', async () => {
    const { first, second, factory, connection } = await widening();
    second.open();
    second.receive(factory.image());
    expect(test.received).toEqual([]);
    first.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(test.types()).toEqual(['generation.image']);
    expect(connection.state.status).toBe('connected');
    expect(second.readyState).toBe(1);
  });

  it('is heard at the latest when the first has missed its ping', async () => {
    const { second, factory, made } = await widening();
    second.open();
    second.receive(factory.image());
    await vi.advanceTimersByTimeAsync(9_999);
    expect(test.received).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(test.types()).toEqual(['generation.image']);
    expect(made).toHaveLength(2);
  });

  it('leaves nothing behind when all is closed in the middle of it', async () => {
    const { first, second, connection } = await widening();
    second.open();
    connection.close();
    expect([first.readyState, second.readyState]).toEqual([3, 3]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
