import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, GenerationClient, type GenerationClientOptions } from '../src/index.js';
import { MockGateway } from './support/mock-gateway.js';

describe('the REST client', () => {
  let server: MockGateway;
  beforeEach(async () => {
    server = await MockGateway.start();
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => server.stop());
  const client = (options: GenerationClientOptions = {}) => new GenerationClient({ apiUrl: server.url, ...options });
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable(),
      (error: ApiError) => error,
    );

  it('submits a template', async () => {
    const answer = { id: 'g', status: 'queued', position: 0, estimatedWaitSeconds: 4.5, count: 2, links: {} };
    let sent: unknown;
    server.routes.set('POST /api/generations', (request, _, body) => {
      sent = { type: request.headers['content-type'], body: JSON.parse(String(body)) };
      return { status: 202, body: answer };
    });
    const request = {
      template: 'text-to-image',
      parameters: { prompt: 'a cat' },
      count: 2,
      metadata: { page: 'public' },
    };
    expect(await client().submit(request)).toEqual(answer);
    expect(sent).toEqual({ type: 'application/json', body: request });
  });

  it.each<[string, string, (client: GenerationClient) => Promise<unknown>]>([
    ['GET', '/api/generations/g%2F1', (api) => api.status('g/1')],
    [
      'GET',
      '/api/generations?limit=5&status=running&q=cat&cursor=c',
      (api) => api.list({ limit: 5, status: 'running', q: 'cat', cursor: 'c' }),
    ],
    ['GET', '/api/generations?', (api) => api.list()],
    ['POST', '/api/generations/g/cancel', (api) => api.cancel('g')],
    ['POST', '/api/generations/g/requeue', (api) => api.requeue('g')],
    ['DELETE', '/api/generations/g', (api) => api.remove('g')],
    ['GET', '/api/templates', (api) => api.templates()],
    ['GET', '/api/models', (api) => api.models()],
    ['GET', '/api/instances', (api) => api.instances()],
    ['POST', '/api/queue/pause', (api) => api.pauseQueue()],
    ['POST', '/api/queue/resume', (api) => api.resumeQueue()],
    ['GET', '/api/queue', (api) => api.queue()],
    ['POST', '/api/generations/g/front', (api) => api.promote('g')],
    ['GET', '/api/session', (api) => api.session()],
    ['POST', '/api/session', (api) => api.startSession()],
  ])('%s %s', async (method, path, call) => {
    const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({ ok: true }));
    await call(client({ apiUrl: 'https://api', fetch }));
    expect(fetch.mock.calls[0]?.[0]).toBe(`https://api${path}`);
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ method });
  });

  it('uploads an image as a form field', async () => {
    let sent = '';
    server.routes.set('POST /api/uploads', (_, __, body) => {
      sent = String(body);
      return { body: { name: 'u.png' } };
    });
    expect(await client().upload(new Blob(['png'], { type: 'image/png' }), 'cat.png')).toEqual({ name: 'u.png' });
    expect(sent).toContain('name="image"; filename="cat.png"');
  });

  it('says who is calling', async () => {
    server.routes.set('GET /api/templates', () => ({ body: [] }));
    await client({ getToken: async () => 'secret', sessionId: 'me' }).templates();
    const { authorization, 'x-session-id': session } = server.requests[0]?.headers ?? {};
    expect({ authorization, session }).toStrictEqual({ authorization: 'Bearer secret', session: 'me' });
  });

  it('renews a refused token once', async () => {
    server.routes.set('POST /api/generations', ({ headers }) =>
      headers.authorization === 'Bearer fresh' ? { status: 202, body: { id: 'g' } } : { status: 401 },
    );
    const fresh = client({ getToken: ({ refresh }) => (refresh ? 'fresh' : 'stale') });
    expect(await fresh.submit({ template: 't' })).toEqual({ id: 'g' });
    const refused = await failure(client({ getToken: () => 'stale' }).submit({ template: 't' }));
    expect(refused).toMatchObject({ status: 401, suggestion: 'Sign in and try again.' });
    expect(server.count('/api/generations')).toBe(4);
  });

  it('turns problem details into an error for people and programs', async () => {
    const problem = {
      title: 'The request is not valid.',
      detail: 'steps must be between 1 and 150.',
      code: 'invalid_parameters',
      errors: [{ field: 'parameters.steps', code: 'out_of_range', message: 'must be between 1 and 150' }],
    };
    const headers = { 'Content-Type': 'application/problem+json' };
    server.routes.set('POST /api/generations', () => ({ status: 400, headers, body: problem }));
    const error = await failure(client().submit({ template: 't' }));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      ...problem,
      status: 400,
      message: problem.detail,
      suggestion: 'Change the request as described and send it again.',
    });
  });

  it.each([
    [404, 'This generation does not exist.', 'Check that it is yours and was not deleted.'],
    [413, 'The file is too large.', 'Change the request as described and send it again.'],
    [418, 'The server answered 418.', 'Try again; if it happens again, tell the operator what you did.'],
  ])('has words for a bare %i', async (status, message, suggestion) => {
    server.routes.set('POST /api/generations', () => ({ status }));
    expect(await failure(client().submit({ template: 't' }))).toMatchObject({
      message,
      suggestion,
      code: `http_${status}`,
    });
  });

  it('repeats a read that failed for a moment', async () => {
    let calls = 0;
    server.routes.set('GET /api/templates', () => (++calls < 3 ? { status: 503 } : { body: ['t'] }));
    vi.useFakeTimers({ toFake: ['setTimeout'], shouldAdvanceTime: true, advanceTimeDelta: 500 });
    expect(await client().templates()).toEqual(['t']);
    vi.useRealTimers();
  });

  it('repeats a submission under the same key, so that only one generation starts', async () => {
    const keys = new Set<unknown>();
    let calls = 0;
    server.routes.set('POST /api/generations', ({ headers }) => {
      keys.add(headers['idempotency-key']);
      return ++calls < 3 ? { status: 503 } : { status: 202, body: { id: 'g' } };
    });
    vi.useFakeTimers({ toFake: ['setTimeout'], shouldAdvanceTime: true, advanceTimeDelta: 500 });
    expect(await client().submit({ template: 't' })).toEqual({ id: 'g' });
    vi.useRealTimers();
    expect(calls).toBe(3);
    expect(keys.size).toBe(1);
    expect([...keys][0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('never repeats what would happen twice', async () => {
    server.routes.set('POST /api/generations/*/requeue', () => ({ status: 503, headers: { 'Retry-After': '1' } }));
    const error = await failure(client().requeue('g'));
    expect(error).toMatchObject({ status: 503, retryAfterMs: 1_000, suggestion: 'Try again in 1 s.' });
    expect(server.count('/api/generations/g/requeue')).toBe(1);
  });

  it('reports an error instead of waiting for long', async () => {
    server.routes.set('GET /api/templates', () => ({ status: 429, headers: { 'Retry-After': '60' } }));
    expect(await failure(client().templates())).toMatchObject({ status: 429, retryAfterMs: 60_000 });
    expect(server.count('/api/templates')).toBe(1);
  });

  it('an unreachable server is an ApiError, too', async () => {
    const gone = await MockGateway.start();
    const apiUrl = gone.url;
    await gone.stop();
    const error = await failure(client({ apiUrl, retries: 0 }).templates());
    expect(error).toMatchObject({ status: 0, code: 'unreachable', message: 'The server cannot be reached.' });
  });

  it('a request that takes too long is one', async () => {
    expect(await failure(client({ fetch: never, timeoutMs: 1, retries: 0 }).templates())).toMatchObject({ status: 0 });
  });

  it('the caller can abort', async () => {
    const controller = new AbortController();
    const call = client({ fetch: never }).templates(controller.signal);
    controller.abort(new Error('changed my mind'));
    await expect(call).rejects.toThrow('changed my mind');
  });
});

/** A server that never answers. */
const never: typeof globalThis.fetch = (_, init) =>
  new Promise((_resolve, reject) => {
    const signal = init?.signal;
    const abort = () => reject(signal?.reason);
    if (signal?.aborted) {
      abort();
    }
    signal?.addEventListener('abort', abort);
  });
