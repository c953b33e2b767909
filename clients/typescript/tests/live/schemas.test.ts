import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { problemsOf } from '../support/schemas.js';

/** What a real installation sends, as raw JSON, against the schemas that it publishes. */
const url = process.env.LOCKNGEN_URL ?? '';

interface Message {
  type: string;
  generationId?: string;
}

const isTerminal = ({ type }: Message) => /^generation\.(completed|failed|cancelled)$/.test(type);

async function submit(body: object): Promise<string> {
  const response = await fetch(`${url}/api/generations`, { method: 'POST', body: JSON.stringify(body) });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

function overWebSocket(id: string, query = ''): Promise<Message[]> {
  return new Promise((resolve, reject) => {
    const messages: Message[] = [];
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/ws/progress?generationId=${id}&after=0${query}`);
    socket.on('error', reject);
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString()) as Message;
      messages.push(message);
      if (isTerminal(message)) {
        socket.close();
        resolve(messages.filter(({ type }) => type.startsWith('generation.')));
      }
    });
  });
}

async function overSse(id: string): Promise<Message[]> {
  const response = await fetch(`${url}/api/sse/progress?generationId=${id}&after=0`);
  // The stream of one generation ends with it.
  return [...(await response.text()).matchAll(/^data: ?(.+)$/gm)]
    .map(([, data]) => JSON.parse(data ?? '') as Message)
    .filter(({ type }) => type.startsWith('generation.'));
}

async function byPolling(id: string): Promise<Message[]> {
  const response = await fetch(`${url}/api/generations/${id}/progress?after=0`);
  const { events, snapshot } = (await response.json()) as { events: Message[]; snapshot?: Message };
  return snapshot ? [snapshot, ...events] : events;
}

const problems = (messages: Message[]) => messages.flatMap((message) => problemsOf(message.type, message));

const small = { template: 'txt2img', parameters: { prompt: 'a lighthouse', steps: 6, width: 256, height: 256 } };

describe('live traffic and the published schemas', () => {
  it.each(['', '&preview=inline', '&preview=none', '&trace=1'])(
    'WebSocket%s, from queued to completed',
    async (query) => {
      const messages = await overWebSocket(await submit({ ...small, count: 2 }), query);

      expect(messages.length).toBeGreaterThan(4);
      expect(problems(messages)).toEqual([]);
    },
  );

  it('SSE, polling and the snapshot', async () => {
    const id = await submit(small);
    const told = [...(await overSse(id)), ...(await byPolling(id))];
    const snapshot = (await (await fetch(`${url}/api/generations/${id}/progress`)).json()) as Message;

    expect(told.filter(isTerminal)).toHaveLength(2);
    expect(snapshot.type).toBe('generation.snapshot');
    expect(problems([...told, snapshot])).toEqual([]);
  });

  it('a cancelled generation', async () => {
    const id = await submit({ ...small, parameters: { ...small.parameters, steps: 150 }, count: 4 });
    await fetch(`${url}/api/generations/${id}/cancel`, { method: 'POST' });
    const messages = await overWebSocket(id);

    expect(messages.at(-1)?.type).toBe('generation.cancelled');
    expect(problems(messages)).toEqual([]);
  });
});
