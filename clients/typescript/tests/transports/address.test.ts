import { afterEach, describe, expect, it, vi } from 'vitest';
import { Credentials } from '../../src/auth.js';
import { progressQuery, webSocketUrl, withQuery } from '../../src/transports/address.js';

const credentials = new Credentials({});

describe('the query', () => {
  const query = (generations: [string, number | undefined][]) =>
    decodeURIComponent(progressQuery(new Map(generations), undefined, { credentials }).toString());

  it.each<[[string, number | undefined][], string]>([
    [[], ''],
    [[['a', undefined]], 'generationId=a'],
    [[['a', 0]], 'generationId=a&after=0'],
    [[['a', 1000000007]], 'generationId=a&after=1000000007'],
    [
      [
        ['a', 7],
        ['b', undefined],
      ],
      'generationId=a:7&generationId=b',
    ],
  ])('%o is %s', (generations, text) => {
    expect(query(generations)).toBe(text);
  });

  it('names types, previews and the session', () => {
    const types = ['generation.image', 'generation.failed'];
    const options = { preview: 'inline', credentials: new Credentials({ sessionId: 'me' }) } as const;
    const full = progressQuery(new Map(), types, options);
    expect(Object.fromEntries(full)).toEqual({
      types: 'generation.image,generation.failed',
      preview: 'inline',
      sessionId: 'me',
    });
  });

  it('is left out when empty', () => {
    expect(withQuery('/x', new URLSearchParams())).toBe('/x');
  });
});

describe('the address of the socket', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([
    ['http://gen.example.org', 'ws://gen.example.org/api/ws/progress'],
    ['https://gen.example.org:8443', 'wss://gen.example.org:8443/api/ws/progress'],
    ['https://example.org/gen', 'wss://example.org/gen/api/ws/progress'],
  ])('%s leads to %s', (base, url) => {
    expect(webSocketUrl(base, '/api/ws/progress')).toBe(url);
  });

  it('is the page own origin by default', () => {
    vi.stubGlobal('location', { href: 'https://gallery.example.org/public?x=1' });
    expect(webSocketUrl('', '/api/ws/progress')).toBe('wss://gallery.example.org/api/ws/progress');
  });
});
