import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CircuitBreaker } from '../src/index.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const attempts = (breaker: CircuitBreaker, count: number) => Array.from({ length: count }, () => breaker.tryAttempt());

it('opens at the sixth attempt within a minute, for a minute', () => {
  const breaker = new CircuitBreaker();
  expect(attempts(breaker, 7)).toEqual([true, true, true, true, true, false, false]);
  expect(breaker.remainingMs).toBe(60_000);
  vi.advanceTimersByTime(59_999);
  expect(breaker.tryAttempt()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(breaker.remainingMs).toBe(0);
  expect(breaker.tryAttempt()).toBe(true);
});

it('lets attempts pass that are spread out', () => {
  const breaker = new CircuitBreaker();
  for (let attempt = 0; attempt < 50; attempt++) {
    expect(breaker.tryAttempt()).toBe(true);
    vi.advanceTimersByTime(12_001);
  }
});

it('starts counting afresh after it was open', () => {
  const breaker = new CircuitBreaker({ maxAttempts: 2, windowMs: 1_000, openMs: 100 });
  expect(attempts(breaker, 3)).toEqual([true, true, false]);
  vi.advanceTimersByTime(100);
  expect(attempts(breaker, 3)).toEqual([true, true, false]);
});
