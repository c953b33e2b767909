import { describe, expect, it, vi } from 'vitest';
import { withGateway } from './support/connected.js';

describe('authentication', () => {
  const test = withGateway();

  it('opens sockets with a one-time ticket', async () => {
    test.gateway.routes.set('POST /api/realtime/tickets', ({ headers }) => ({
      body: { ticket: `for ${headers.authorization}`, expiresInSeconds: 30 },
    }));
    test.connect({ getToken: () => 'secret' }).subscribe(crypto.randomUUID(), test.keep);
    await test.connected();
    const socket = test.gateway.requests.find(({ url }) => url.pathname === '/api/ws/progress');
    expect(socket?.url.searchParams.get('ticket')).toBe('for Bearer secret');
  });

  it('asks for a fresh token once when the old one is refused', async () => {
    test.gateway.routes.set('POST /api/realtime/tickets', ({ headers }) =>
      headers.authorization === 'Bearer fresh' ? { body: { ticket: 't' } } : { status: 401 },
    );
    const getToken = vi.fn(async ({ refresh }: { refresh: boolean }) => (refresh ? 'fresh' : 'stale'));
    const connection = test.connect({ getToken });
    connection.subscribe(crypto.randomUUID(), test.keep);
    await test.connected();
    expect(getToken.mock.calls).toEqual([[{ refresh: false }], [{ refresh: true }]]);
    expect(connection.state.status).not.toBe('error');
  });

  it('gives up with a word to the user when the fresh one is refused, too', async () => {
    test.gateway.routes.set('POST /api/realtime/tickets', () => ({ status: 401 }));
    const connection = test.connect({ getToken: () => 'stale' });
    connection.subscribe(crypto.randomUUID(), test.keep);
    await test.news.until(() => connection.state.status === 'error');
    const { error } = connection.state;
    expect({ ...error, message: error?.message }).toStrictEqual({
      name: 'ConnectionError',
      message: 'You are not allowed to follow these generations.',
      code: 401,
      suggestion: 'Sign in again.',
      recovering: false,
    });
    expect(test.gateway.count('/api/realtime/tickets')).toBe(2);
    expect(test.gateway.count('/api/ws/progress')).toBe(0);
  });

  it('tries again on request', async () => {
    let status = 403;
    test.gateway.routes.set('POST /api/realtime/tickets', () => ({ status, body: { ticket: 't' } }));
    const connection = test.connect({ getToken: () => 'token' });
    connection.subscribe(crypto.randomUUID(), test.keep);
    await test.news.until(() => connection.state.status === 'error');
    status = 200;
    connection.connect();
    await test.connected();
  });

  it('streams carry the token in their header, and the session id in the address', async () => {
    test.connect({ transports: ['sse'], getToken: () => 'secret', sessionId: 'me' }).subscribe('g', test.keep);
    await test.connected();
    const [stream] = test.gateway.requests;
    const { authorization, 'x-session-id': session } = stream?.headers ?? {};
    expect({ authorization, session }).toStrictEqual({ authorization: 'Bearer secret', session: 'me' });
    expect(stream?.url.searchParams.get('sessionId')).toBe('me');
  });

  it('a socket that is closed as not allowed is opened once more, then left', async () => {
    const connection = test.connect();
    connection.subscribe(crypto.randomUUID(), test.keep);
    await test.connected();
    await test.news.until(() => connection.state.status === 'connected');
    test.gateway.close(1008);
    await test.gateway.changed.until(() => test.gateway.count('/api/ws/progress') === 2);
    await test.news.until(() => connection.state.status === 'connected');
    test.gateway.close(1008);
    await test.news.until(() => connection.state.status === 'error');
    expect(connection.state.error?.code).toBe(1008);
  });
});
