import { afterEach, expect, it, vi } from 'vitest';
import { retryAfterMs } from '../src/retry-after.js';

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  [null, undefined],
  ['', undefined],
  ['soon', undefined],
  ['0', 0],
  ['7', 7_000],
  ['-5', 0],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
])('%o is %o', (header, ms) => {
  vi.useFakeTimers({ now: Date.parse('2026-10-21T07:28:00Z') });
  expect(retryAfterMs(header)).toBe(ms);
});
