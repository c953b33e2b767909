import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Heartbeat } from '../src/heartbeat.js';

const actions = { ping: vi.fn<(id: number) => void>(), answered: vi.fn<(ms: number) => void>(), missed: vi.fn() };
let heartbeat: Heartbeat;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  heartbeat = new Heartbeat({}, actions);
});
afterEach(() => {
  heartbeat.stop();
  vi.useRealTimers();
});

it('pings every 30 s and measures the answer', () => {
  vi.advanceTimersByTime(30_000);
  expect(actions.ping).toHaveBeenLastCalledWith(1);
  vi.advanceTimersByTime(40);
  heartbeat.pong(1);
  expect(actions.answered).toHaveBeenCalledWith(40);
  vi.advanceTimersByTime(29_960);
  expect(actions.ping).toHaveBeenLastCalledWith(2);
});

it('finds a connection stale that does not answer within 10 s', () => {
  heartbeat.beat();
  vi.advanceTimersByTime(9_999);
  expect(actions.missed).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(actions.missed).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

it('takes only the answer to the ping that waits', () => {
  heartbeat.beat();
  heartbeat.pong(7);
  heartbeat.pong('nonsense');
  expect(actions.answered).not.toHaveBeenCalled();
  heartbeat.pong('1');
  heartbeat.pong(1);
  expect(actions.answered).toHaveBeenCalledOnce();
});

it('does not ping again while an answer is awaited', () => {
  heartbeat.beat();
  heartbeat.beat();
  expect(actions.ping).toHaveBeenCalledOnce();
});

it('leaves no timer behind', () => {
  heartbeat.beat();
  heartbeat.stop();
  expect(vi.getTimerCount()).toBe(0);
});
