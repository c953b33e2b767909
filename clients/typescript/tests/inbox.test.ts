import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Inbox } from '../src/inbox.js';
import type { GenerationMessage } from '../src/index.js';
import { EventFactory } from './support/event-factory.js';

interface Delivered {
  message: GenerationMessage;
  superseded: boolean;
}

describe('the inbox', () => {
  let delivered: Delivered[];
  let inbox: Inbox;

  beforeEach(() => {
    vi.useFakeTimers();
    delivered = [];
    inbox = new Inbox((message, superseded) => delivered.push({ message, superseded }));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const handled = () => delivered.filter(({ superseded }) => !superseded).map(({ message }) => message);
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it('delivers what comes alone at once, without a timer', async () => {
    const event = new EventFactory().started();
    inbox.push(event);
    await Promise.resolve();
    expect(handled()).toEqual([event]);
    expect(vi.getTimerCount()).toBe(0);
    expect(inbox.size).toBe(0);
  });

  it('hands on outcomes and errors before what other generations queued earlier', async () => {
    const [a, b, c] = [new EventFactory('a'), new EventFactory('b'), new EventFactory('c')];
    const progress = [a.progress(1), a.progress(2), b.progress(1)];
    const [failed, completed] = [c.failed(), b.completed()];
    for (const event of [...progress, failed, completed]) {
      inbox.push(event);
    }
    await settle();
    expect(handled().slice(0, 2)).toEqual([failed, completed]);
    expect(handled().slice(2)).toEqual(progress.slice(0, 2));
  });

  it('an outcome silences the progress queued before it, and nothing else', async () => {
    const factory = new EventFactory();
    const [started, progress, image, completed] = [
      factory.started(),
      factory.progress(20),
      factory.image(),
      factory.completed(),
    ];
    for (const event of [started, progress, image, completed]) {
      inbox.push(event);
    }
    await settle();
    expect(handled()).toEqual([started, image, completed]);
    expect(delivered).toContainEqual({ message: progress, superseded: true });
  });

  it('gives waiting messages a chance to overtake when handlers are slow', async () => {
    const [slow, urgent] = [new EventFactory('slow'), new EventFactory('urgent')];
    const order: string[] = [];
    const busy = new Inbox((message) => {
      order.push(message.generationId);
      vi.advanceTimersByTime(11);
      if (order.length === 1) {
        busy.push(urgent.failed());
      }
    });
    busy.push(slow.progress(1));
    busy.push(slow.progress(2));
    await vi.runAllTimersAsync();
    expect(order).toEqual(['slow', 'urgent', 'slow']);
  });

  it('bounds what waits: newer progress takes the place of older, state stays', async () => {
    const factory = new EventFactory();
    const image = factory.image();
    inbox.push(image);
    let dropped = 0;
    for (let step = 1; step <= 1_000; step++) {
      dropped += inbox.push(factory.progress(step, 1_000));
    }
    expect(inbox.size).toBeLessThanOrEqual(257);
    expect(dropped).toBe(1_001 - inbox.size);
    await settle();
    expect(handled()[0]).toBe(image);
    expect(handled().at(-1)).toMatchObject({ data: { step: 1_000 } });
  });

  it('keeps the order within each generation, and loses no state, whatever comes', async () => {
    const events = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('progress', 'image', 'failed')));
    await fc.assert(
      fc.asyncProperty(events, async (plan) => {
        delivered = [];
        const factories = new Map(['a', 'b', 'c'].map((id) => [id, new EventFactory(id)]));
        const sent = plan.map(([id, kind]) => {
          const factory = factories.get(id) as EventFactory;
          return kind === 'progress' ? factory.progress(1) : kind === 'image' ? factory.image() : factory.failed();
        });
        for (const event of sent) {
          inbox.push(event);
        }
        await settle();
        for (const id of ['a', 'b', 'c']) {
          const mine = sent.filter(({ generationId }) => generationId === id);
          expect(delivered.map(({ message }) => message).filter(({ generationId }) => generationId === id)).toEqual(
            mine,
          );
          const state = mine.filter(({ type }) => type !== 'generation.progress');
          expect(handled().filter((m) => m.generationId === id && m.type !== 'generation.progress')).toEqual(state);
        }
      }),
    );
  });
});
