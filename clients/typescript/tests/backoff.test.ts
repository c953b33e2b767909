import { expect, it } from 'vitest';
import { backoffDelay } from '../src/index.js';

const slowest = () => 1;
const fastest = () => 0;

it('starts at 1 s and grows by 1.5 up to 30 s', () => {
  const delays = Array.from({ length: 12 }, (_, attempt) => Math.round(backoffDelay(attempt, {}, slowest)));
  expect(delays).toEqual([1000, 1500, 2250, 3375, 5063, 7594, 11391, 17086, 25629, 30000, 30000, 30000]);
});

it('spreads clients over half of the delay', () => {
  expect(backoffDelay(0, {}, fastest)).toBe(500);
  expect(backoffDelay(50, {}, fastest)).toBe(15_000);
  const delays = new Set(Array.from({ length: 20 }, () => backoffDelay(3)));
  expect(delays.size).toBeGreaterThan(1);
});

it('follows its options', () => {
  expect(backoffDelay(2, { initialMs: 10, factor: 2, maxMs: 100 }, slowest)).toBe(40);
  expect(backoffDelay(1e6, { initialMs: 10, factor: 2, maxMs: 100 }, slowest)).toBe(100);
});
