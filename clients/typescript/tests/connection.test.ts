import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type GenerationMessage, RealtimeConnection } from '../src/index.js';
import { EventFactory } from './support/event-factory.js';
import { MockGateway } from './support/mock-gateway.js';
import { Signal } from './support/signal.js';

describe('a connection', () => {
  let gateway: MockGateway;
  let connection: RealtimeConnection;
  const received: GenerationMessage[] = [];
  const news = new Signal();
  const keep = (message: GenerationMessage) => {
    received.push(message);
    news.notify();
  };

  beforeEach(async () => {
    received.length = 0;
    gateway = await MockGateway.start();
    connection = new RealtimeConnection({ realtimeUrl: gateway.url, WebSocket, lingerMs: 0 });
  });
  afterEach(async () => {
    connection.close();
    await gateway.stop();
  });

  it('delivers the whole life of a generation to a subscriber that starts from the beginning', async () => {
    const factory = new EventFactory();
    const events = factory.lifecycle();
    connection.subscribe(factory.id, keep, { after: 0 });
    await gateway.changed.until(() => gateway.connections.length === 1);
    for (const [index, event] of events.entries()) {
      gateway.publish(event);
      await news.until(() => received.length === index + 1);
    }
    expect(received).toEqual(events);
  });
});
