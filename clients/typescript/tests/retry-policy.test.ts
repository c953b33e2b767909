import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Credentials } from '../src/auth.js';
import { CloseCode } from '../src/index.js';
import { type RetryOptions, RetryPolicy } from '../src/retry-policy.js';

const lost = { code: CloseCode.abnormal, reason: '' };
const blocked = (status: number, retryAfterMs?: number) => ({ ...lost, status, retryAfterMs });

describe('the retry policy', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const credentials = new Credentials({});
  const make = (options: RetryOptions = {}, hasWebSocket = true) => new RetryPolicy(options, hasWebSocket, credentials);

  it('waits longer each time, and starts over once a connection has lasted', () => {
    const policy = make();
    expect([policy.next(lost, true), policy.next(lost, true), policy.next(lost, true)]).toEqual([1_000, 1_500, 2_250]);
    expect(policy.attempt).toBe(3);
    policy.opened();
    expect(policy.next(lost, true)).toBe(3_375);
    policy.stable();
    vi.advanceTimersByTime(60_000);
    expect(policy.next(lost, true)).toBe(1_000);
  });

  it('steps down to SSE and to polling after two failed openings each, at once', () => {
    const policy = make();
    const seen = [policy.transport];
    const delays: (number | undefined)[] = [];
    for (let failure = 0; failure < 6; failure++) {
      delays.push(policy.next(lost, false));
      seen.push(policy.transport);
    }
    expect(seen).toEqual(['websocket', 'websocket', 'sse', 'sse', 'polling', 'polling', 'polling']);
    expect(delays).toEqual([1_000, 0, 1_500, 0, 2_250, 3_375]);
  });

  it('a connection that stood does not count as a failed opening', () => {
    const policy = make();
    policy.next(lost, false);
    policy.opened();
    policy.next(lost, true);
    policy.next(lost, false);
    expect(policy.transport).toBe('websocket');
  });

  it('starts with SSE where there is no WebSocket', () => {
    expect(make({}, false).transport).toBe('sse');
    expect(make({ transports: ['websocket'] }, false).transport).toBeUndefined();
  });

  it('the breaker stops a storm of reconnects, and SSE serves meanwhile', () => {
    const policy = make();
    for (let flap = 0; flap < 5; flap++) {
      policy.opened();
      policy.next(lost, true);
      expect(policy.transport).toBe('websocket');
    }
    policy.next(lost, true);
    expect(policy.transport).toBe('sse');
  });

  it('with nothing to fall back on, the breaker makes it wait', () => {
    const policy = make({ transports: ['websocket'] });
    for (let flap = 0; flap < 5; flap++) {
      policy.next(lost, true);
    }
    // The breaker's minute, and a quarter of jitter at most.
    expect(policy.next(lost, true)).toBe(75_000);
  });

  it('announced drains count neither for the breaker nor for the backoff', () => {
    const policy = make();
    for (let restart = 0; restart < 20; restart++) {
      policy.draining(200);
      expect(policy.next({ code: CloseCode.goingAway, reason: '' }, true)).toBe(300);
    }
    expect(policy.transport).toBe('websocket');
    expect(policy.attempt).toBe(0);
  });

  it.each([429, 503])('obeys Retry-After of a %i, on the same transport', (status) => {
    const policy = make({ transports: ['sse', 'polling'] });
    for (let refusal = 0; refusal < 4; refusal++) {
      expect(policy.next(blocked(status, 20_000), false)).toBe(25_000);
    }
    expect(policy.transport).toBe('sse');
  });

  it('waits at least 5 s when the server is full', () => {
    expect(make().next({ code: CloseCode.tryAgainLater, reason: '' }, true)).toBe(10_000);
    vi.mocked(Math.random).mockReturnValue(0);
    expect(make().next({ code: CloseCode.tryAgainLater, reason: '' }, true)).toBe(5_000);
  });

  it.each([
    ['401', blocked(401)],
    ['close code 1008', { code: CloseCode.notAllowed, reason: '' }],
  ])('renews the token once after %s, then gives up', (_, refusal) => {
    const expire = vi.spyOn(credentials, 'expire');
    const policy = make();
    expect(policy.next(refusal, false)).toBeTypeOf('number');
    expect(expire).toHaveBeenCalledOnce();
    expect(policy.next(refusal, false)).toBeUndefined();
  });

  it('gives up at once when forbidden', () => {
    expect(make().next(blocked(403), false)).toBeUndefined();
  });

  it('gives up after maxReconnectAttempts', () => {
    const policy = make({ maxReconnectAttempts: 2, transports: ['websocket'] });
    expect(policy.next(lost, false)).toBe(1_000);
    expect(policy.next(lost, false)).toBe(1_500);
    expect(policy.next(lost, false)).toBeUndefined();
  });

  it.each([0, 1])('waits no less than it was told, and never all clients as long: random %d', (random) => {
    vi.mocked(Math.random).mockReturnValue(random);
    expect(make().next(blocked(503, 20_000), false)).toBe(20_000 * (1 + random / 4));
    const storm = make({ transports: ['websocket'] });
    const waits = Array.from({ length: 6 }, () => storm.next(lost, true));
    expect(waits.at(-1)).toBe(60_000 * (1 + random / 4));
  });

  it('goes back to the top when the network comes back', () => {
    const policy = make();
    policy.next(lost, false);
    policy.next(lost, false);
    expect(policy.online()).toBe(true);
    expect(policy.transport).toBe('websocket');
    expect(policy.attempt).toBe(0);
  });

  it('a network that comes and goes does not get around the breaker', () => {
    const policy = make();
    const transports = Array.from({ length: 8 }, () => {
      policy.online();
      return policy.transport;
    });
    expect(transports).toEqual([...Array(5).fill('websocket'), 'sse', 'sse', 'sse']);
    const alone = make({ transports: ['websocket'] });
    expect(Array.from({ length: 7 }, () => alone.online())).toEqual([true, true, true, true, true, false, false]);
  });

  it('a step up asks the breaker, too, and waits as long as that is open', () => {
    const policy = make();
    expect(Array.from({ length: 6 }, () => policy.tryUpgrade())).toEqual([true, true, true, true, true, false]);
    expect(policy.upgradeWaitMs).toBe(75_000);
    vi.advanceTimersByTime(60_000);
    expect(policy.upgradeWaitMs).toBe(0);
    expect(policy.tryUpgrade()).toBe(true);
    expect(make({ transports: ['sse', 'polling'] }).tryUpgrade()).toBe(true);
  });
});
