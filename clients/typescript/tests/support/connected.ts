import { afterEach, beforeEach } from 'vitest';
import { WebSocket } from 'ws';
import { type ConnectionOptions, type GenerationMessage, RealtimeConnection } from '../../src/index.js';
import { MockGateway } from './mock-gateway.js';
import { Signal } from './signal.js';

/** A mock gateway per test, connections that close with it, and what their handlers received. */
export function withGateway() {
  const context = {
    gateway: undefined as unknown as MockGateway,
    received: [] as GenerationMessage[],
    news: new Signal(),
    /** Retries within milliseconds unless told otherwise. */
    connect(options: ConnectionOptions = {}): RealtimeConnection {
      const quick = { WebSocket, lingerMs: 0, backoff: { initialMs: 5, maxMs: 20 }, breaker: { maxAttempts: 1_000 } };
      const connection = new RealtimeConnection({ realtimeUrl: context.gateway.url, ...quick, ...options });
      connection.on('state', () => context.news.notify());
      connections.push(connection);
      return connection;
    },
    keep: (message: GenerationMessage) => {
      context.received.push(message);
      context.news.notify();
    },
    types: () => context.received.map(({ type }) => type),
    connected: (count = 1) => context.gateway.changed.until(() => context.gateway.connections.length === count),
    has: (count: number) => context.news.until(() => context.received.length >= count),
  };
  const connections: RealtimeConnection[] = [];
  beforeEach(async () => {
    context.received = [];
    context.gateway = await MockGateway.start();
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) {
      connection.close();
    }
    await context.gateway.stop();
  });
  return context;
}
