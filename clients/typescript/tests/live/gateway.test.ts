import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  type ConnectionOptions,
  GenerationClient,
  type GenerationMessage,
  type GenerationRequest,
  GenerationSocket,
  type GenerationState,
  isProgress,
  parseFrame,
  RealtimeConnection,
  type TransportKind,
} from '../../src/index.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';

/** Against a real installation: `LOCKNGEN_URL=http://127.0.0.1:5080 npm run test:live`. */
const url = process.env.LOCKNGEN_URL ?? '';
const sessionId = crypto.randomUUID();
const client = new GenerationClient({ apiUrl: url, sessionId });
const connections: RealtimeConnection[] = [];
const request: GenerationRequest = {
  template: 'txt2img',
  parameters: { prompt: 'a lighthouse at dusk', steps: 8 },
  count: 2,
};

function connect(options: ConnectionOptions = {}): RealtimeConnection {
  const connection = new RealtimeConnection({ realtimeUrl: url, apiUrl: url, sessionId, WebSocket, ...options });
  connections.push(connection);
  return connection;
}

/** Follows a generation from its beginning to its end. */
function follow(connection: RealtimeConnection, id: string, each?: (message: GenerationMessage) => void) {
  return new Promise<{ messages: GenerationMessage[]; state: GenerationState }>((resolve) => {
    const messages: GenerationMessage[] = [];
    const stop = connection.subscribe(
      id,
      (message) => {
        messages.push(message);
        each?.(message);
        const state = connection.getState(id);
        if (state && ['completed', 'failed', 'cancelled'].includes(state.status)) {
          stop();
          resolve({ messages, state });
        }
      },
      { after: 0 },
    );
  });
}

const lasting = (messages: readonly GenerationMessage[]) =>
  messages.filter((message) => !isProgress(message) && message.type !== 'generation.queued');

afterAll(() => {
  for (const connection of connections) {
    connection.close();
  }
});

describe('a real gateway', () => {
  it('submits, shows progress and delivers images that can be fetched', async () => {
    const calls: string[] = [];
    const socket = new GenerationSocket({ client, connection: connect() });
    const state = await socket.generateImageAsync(request, {
      onQueued: () => calls.push('queued'),
      onStarted: () => calls.push('started'),
      onProgress: () => calls.push('progress'),
      onImage: () => calls.push('image'),
      onComplete: () => calls.push('complete'),
    });
    expect(calls[0]).toBe('queued');
    expect(calls.filter((call) => call === 'started' || call === 'complete')).toEqual(['started', 'complete']);
    expect(calls).toContain('progress');
    expect(state).toMatchObject({ status: 'completed', overallProgress: 100, images: [{ index: 1 }, { index: 2 }] });
    for (const image of state.images) {
      const response = await fetch(new URL(image.url, url), { headers: { 'X-Session-Id': sessionId } });
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toBe(image.contentType);
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0);
    }
  });

  it('every transport delivers the same events, and the snapshot summarizes them', async () => {
    const { id } = await client.submit(request);
    const by = (transport: TransportKind) => follow(connect({ transports: [transport], pollIntervalMs: 200 }), id);
    const [first, ...others] = await Promise.all([by('websocket'), by('sse'), by('polling')]);
    for (const other of others) {
      expect(lasting(other.messages)).toEqual(lasting(first.messages));
    }
    const answer = await fetch(`${url}/api/generations/${id}/progress`, { headers: { 'X-Session-Id': sessionId } });
    const snapshot = parseFrame(await answer.text());
    const { generationId, sequence, timestamp, ...data } = first.state;
    expect(snapshot).toMatchObject({
      kind: 'message',
      message: JSON.parse(JSON.stringify({ generationId, sequence, timestamp, data })),
    });
  });

  it('a cut connection loses nothing', async () => {
    const proxy = await CuttableProxy.to(url);
    const { id } = await client.submit(request);
    const whole = follow(connect(), id);
    let cuts = 0;
    const quick = { backoff: { initialMs: 20, maxMs: 50 }, breaker: { maxAttempts: 1_000 } };
    const broken = follow(connect({ realtimeUrl: proxy.url, ...quick }), id, (message) => {
      if (message.type === 'generation.started' || message.type === 'generation.image') {
        cuts++;
        proxy.cut();
      }
    });
    const [expected, actual] = await Promise.all([whole, broken]);
    await proxy.close();
    expect(cuts).toBeGreaterThanOrEqual(2);
    expect(actual.messages.filter(({ type }) => type === 'subscription.gap')).toEqual([]);
    expect(lasting(actual.messages)).toEqual(lasting(expected.messages));
    expect(actual.state).toEqual(expected.state);
  });

  it('cancels', async () => {
    const connection = connect();
    const { id } = await client.submit({ ...request, count: 20 });
    const end = follow(connection, id);
    const { receipt } = await client.cancel(id);
    expect(receipt).toBe('accepted');
    expect((await end).state.status).toBe('cancelled');
    expect((await client.cancel(id)).receipt).toBe('alreadyEnded');
  });

  it('sends all events to a subscriber of everything, besides single generations, on one socket', async () => {
    const connection = connect();
    const seen = new Map<string, string[]>();
    const { id: watched } = await client.submit(request);
    const end = follow(connection, watched);
    const other = new Promise<string>((resolve) => {
      connection.subscribeAll((message) => {
        seen.set(message.generationId, [...(seen.get(message.generationId) ?? []), message.type]);
        if (message.type === 'generation.completed' && message.generationId !== watched) {
          resolve(message.generationId);
        }
      });
    });
    const { id } = await client.submit(request);
    await end;
    expect(await other).toBe(id);
    expect(seen.get(watched)?.at(-1)).toBe('generation.completed');
  });

  it('sends no progress to subscribers of other types, and all of it once a subscription wants it', async () => {
    const connection = connect();
    const accepted: string[] = [];
    connection.on('queued', ({ type }) => accepted.push(type));
    const narrow: string[] = [];
    const outcomes = ['generation.image', 'generation.completed'] as const;
    const end = (id: string) =>
      new Promise<void>((resolve) => {
        connection.subscribe(
          id,
          ({ type }) => {
            narrow.push(type);
            if (type === 'generation.completed') {
              resolve();
            }
          },
          { after: 0, types: outcomes },
        );
      });
    const { id: first } = await client.submit(request);
    await end(first);
    expect(narrow).toEqual(['generation.image', 'generation.image', 'generation.completed']);
    expect(accepted).toEqual(expect.arrayContaining(['generation.started', ...outcomes]));
    const progress = ['generation.node', 'generation.progress', 'generation.preview', 'subscription.gap'];
    expect(accepted.filter((type) => progress.includes(type))).toEqual([]);

    const { id: second } = await client.submit(request);
    const ended = end(second);
    await new Promise<void>((resolve) => {
      const stop = connection.subscribe(
        second,
        () => {
          stop();
          resolve();
        },
        { types: ['generation.progress'] },
      );
    });
    await ended;
    expect(narrow.slice(3)).toEqual(['generation.image', 'generation.image', 'generation.completed']);
    expect(accepted).not.toContain('subscription.gap');
    expect(connection.quality.reconnects).toBe(0);
  });

  it('takes the types that always come like any other', async () => {
    const connection = connect({ types: ['generation.snapshot', 'subscription.gap'] });
    const first = await new Promise<GenerationMessage>((resolve) => {
      connection.subscribe(crypto.randomUUID(), resolve);
    });
    expect(first).toMatchObject({ type: 'generation.snapshot', data: { status: 'unknown' } });
    expect(connection.state.transport).toBe('websocket');
  });

  it('answers pings', async () => {
    const connection = connect();
    connection.subscribe(crypto.randomUUID(), () => undefined);
    await new Promise((resolve) => connection.on('open', resolve));
    expect(await connection.ping()).toBeGreaterThan(0);
  });

  it('lists, shows and refuses', async () => {
    const { items } = await client.list({ limit: 5 });
    const [latest] = items;
    expect(latest).toBeDefined();
    expect(await client.status(latest?.id ?? '')).toMatchObject({ id: latest?.id });
    await expect(client.submit({ template: 'no-such-template' })).rejects.toMatchObject({
      name: 'ApiError',
      errors: [{ field: 'template' }],
    });
    await expect(client.status(crypto.randomUUID())).rejects.toMatchObject({ status: 404 });
  });
});
