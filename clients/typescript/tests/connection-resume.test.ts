import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialState, reduceGeneration } from '../src/index.js';
import { withGateway } from './support/connected.js';
import { EventFactory } from './support/event-factory.js';

describe('after a broken connection', () => {
  const test = withGateway();

  it('every missed event comes, once and in order', async () => {
    const factory = new EventFactory();
    const events = factory.lifecycle(2, 5);
    const connection = test.connect();
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    test.gateway.publish(...events.slice(0, 4));
    await test.has(4);
    test.gateway.drop();
    test.gateway.publish(...events.slice(4, -1));
    await test.has(events.length - 1);
    test.gateway.publish(...events.slice(-1));
    await test.has(events.length);
    expect(test.received).toEqual(events);
    expect(test.gateway.requests.at(-1)?.url.searchParams.get('after')).toBe(String(events[3]?.sequence));
  });

  it('a gap is announced, and its snapshot makes up for it', async () => {
    test.gateway.ringCapacity = 3;
    const factory = new EventFactory();
    const events = factory.lifecycle(2, 5);
    const connection = test.connect();
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    test.gateway.publish(...events.slice(0, 2));
    await test.has(2);
    test.gateway.drop();
    test.gateway.publish(...events.slice(2, -1));
    await test.has(4);
    expect(test.types().slice(2)).toEqual(['subscription.gap', 'generation.snapshot']);
    expect(connection.quality.dropped).toBe(1);
    test.gateway.publish(...events.slice(-1));
    await test.has(5);
    expect(connection.getState(factory.id)).toEqual(events.reduce(reduceGeneration, initialState(factory.id)));
  });

  it('a generation watched by name misses nothing even while everything is watched', async () => {
    const factory = new EventFactory();
    const connection = test.connect();
    connection.subscribeAll(() => undefined);
    connection.subscribe(factory.id, test.keep, { after: 0 });
    await test.connected();
    const events = [factory.started(), factory.progress(1), factory.progress(2), factory.progress(3)];
    test.gateway.publish(...events.slice(0, 1));
    await test.has(1);
    test.gateway.drop();
    test.gateway.publish(...events.slice(1));
    await test.has(4);
    expect(test.received).toEqual(events);
  });

  it('goes on from a state of an earlier visit', async () => {
    const factory = new EventFactory();
    const events = factory.lifecycle(1, 6);
    test.gateway.publish(...events.slice(0, 6));
    const state = events.slice(0, 4).reduce(reduceGeneration, initialState(factory.id));
    test.connect().subscribe(factory.id, test.keep, { state });
    await test.has(3);
    expect(test.received[0]).toMatchObject({ type: 'generation.snapshot', sequence: state.sequence });
    expect(test.received.slice(1)).toEqual(events.slice(4, 6));
  });

  it('announced drains lead elsewhere, and count as no failure', async () => {
    const factory = new EventFactory();
    const connection = test.connect({ breaker: { maxAttempts: 1 }, backoff: { initialMs: 600_000, maxMs: 600_000 } });
    connection.subscribe(factory.id, test.keep, { after: 0 });
    for (let restart = 1; restart <= 4; restart++) {
      await test.gateway.changed.until(() => test.gateway.count('/api/ws/progress') === restart);
      await test.news.until(() => connection.state.status === 'connected');
      test.gateway.drain(1);
      test.gateway.publish(factory.progress(restart));
      await test.has(restart);
    }
    expect(connection.state.transport).toBe('websocket');
  });
});

describe('whatever the network does', () => {
  const test = withGateway();

  type Step = 'publish' | 'drop' | 'drain' | 'close' | 'refuse' | 'allow' | 'garbage' | 'resend' | 'settle';
  const weighted = fc.oneof(
    { weight: 2, arbitrary: fc.constant<Step>('settle') },
    { weight: 12, arbitrary: fc.constant<Step>('publish') },
    { weight: 1, arbitrary: fc.constantFrom<Step>('drop', 'drain', 'close', 'refuse', 'allow', 'garbage', 'resend') },
  );

  it('a client sees what one sees that never left: all of it, in order, or a gap and then the same state', async () => {
    const scenario = fc.record({
      steps: fc.array(weighted, { minLength: 10, maxLength: 60 }),
      ringCapacity: fc.constantFrom(4, 16, 256),
      transports: fc.constantFrom(
        ['websocket'] as const,
        ['websocket', 'sse'] as const,
        ['sse'] as const,
        ['polling'] as const,
      ),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ steps, ringCapacity, transports }) => {
        const { gateway } = test;
        gateway.ringCapacity = ringCapacity;
        gateway.refuse = {};
        const factory = new EventFactory();
        const published = factory.lifecycle(3, 20);
        const received: { type: string; sequence?: number }[] = [];
        let left = 0;
        const connection = test.connect({ transports, pollIntervalMs: 1 });
        const stop = connection.subscribe(
          factory.id,
          (message) => {
            received.push(message);
            test.news.notify();
          },
          { after: 0 },
        );
        for (const step of steps) {
          if (step === 'publish') {
            gateway.publish(...published.slice(left, ++left));
          } else if (step === 'drop') {
            gateway.drop();
          } else if (step === 'drain') {
            gateway.drain(1);
          } else if (step === 'close') {
            gateway.close(4429);
          } else if (step === 'refuse') {
            const refusal = { status: 500 };
            gateway.refuse = { websocket: refusal, sse: refusal, polling: refusal };
          } else if (step === 'allow') {
            gateway.refuse = {};
          } else if (step === 'garbage') {
            gateway.sendRaw('{"type":');
          } else if (step === 'resend') {
            gateway.sendRaw(JSON.stringify(published[0]));
          } else if (!gateway.refuse.websocket) {
            await test.news.until(() => connection.state.status === 'connected');
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
        gateway.refuse = {};
        gateway.publish(...published.slice(left));
        const done = published.at(-1)?.sequence;
        await test.news.until(() => connection.getState(factory.id)?.sequence === done);

        const sequences = received.flatMap(({ type, sequence }) =>
          type === 'subscription.gap' ? [] : [sequence ?? 0],
        );
        expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
        if (!received.some(({ type }) => type === 'subscription.gap')) {
          const state = (type: string) => !/progress|node|preview/.test(type);
          const expected = published.filter(({ type }) => state(type)).map(({ sequence }) => sequence);
          expect(received.filter(({ type }) => state(type)).map(({ sequence }) => sequence)).toEqual(expected);
        }
        expect(connection.getState(factory.id)).toEqual(published.reduce(reduceGeneration, initialState(factory.id)));
        stop();
        connection.close();
      }),
      { numRuns: 60 },
    );
  });
});
