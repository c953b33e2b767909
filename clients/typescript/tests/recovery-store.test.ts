import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, initialState, RecoveryStore, recoverGenerations, reduceGeneration } from '../src/index.js';
import { EventFactory } from './support/event-factory.js';
import { MemoryLocks } from './support/memory-locks.js';
import { MemoryStorage } from './support/memory-storage.js';

const factory = new EventFactory('7d1c9c52');
const running = reduceGeneration(initialState(factory.id), factory.progress(5));
const later = reduceGeneration(running, factory.progress(6));
const done = reduceGeneration(later, factory.completed());

describe('a reload', () => {
  let storage: MemoryStorage;
  beforeEach(() => {
    vi.useFakeTimers();
    storage = new MemoryStorage();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const visit = () => new RecoveryStore({ storage });

  it('carries on with the last known progress', async () => {
    const first = visit();
    first.keep(running);
    first.update(later);
    first.flush();
    expect(await visit().claim()).toEqual([later]);
  });

  it('finds nothing once the generation has ended', async () => {
    const first = visit();
    first.keep(running);
    first.update(done);
    expect(await visit().claim()).toEqual([]);
    expect(storage.items.size).toBe(0);
  });

  it('finds the newest first, and no more than asked for', async () => {
    const first = visit();
    const other = { ...running, generationId: 'other' };
    first.keep(running);
    first.keep(other);
    expect(await visit().claim(1)).toEqual([other]);
  });

  it('finds nothing that is older than a day', async () => {
    visit().keep(running);
    vi.setSystemTime(Date.now() + 24 * 3_600_000);
    expect(await visit().claim()).toEqual([]);
  });

  it('carries on with what an older version of the client wrote', async () => {
    const { warnings: _, ...older } = running;
    storage.items.set('lockngen:watched', JSON.stringify({ [factory.id]: { state: older, savedAt: Date.now() } }));
    expect(await visit().claim()).toEqual([running]);
  });

  it('keeps no inline previews', async () => {
    visit().keep({ ...running, preview: 'data:image/png;base64,AAAA' });
    const [state] = await visit().claim();
    expect(state?.preview).toBeUndefined();
  });

  it('remembers at most 50', async () => {
    const first = visit();
    for (let n = 0; n < 60; n++) {
      first.keep({ ...running, generationId: `g${n}` });
    }
    const claimed = await visit().claim();
    expect(claimed).toHaveLength(50);
    expect(claimed[0]?.generationId).toBe('g59');
  });

  it('writes progress at most once a second', () => {
    const store = visit();
    store.keep(running);
    const before = storage.writes;
    for (let n = 0; n < 100; n++) {
      store.update(later);
      vi.advanceTimersByTime(50);
    }
    expect(storage.writes - before).toBeLessThanOrEqual(5);
    store.flush();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['not json', '[]', '{"a":1}', 'null'])('is not stopped by foreign data: %s', async (text) => {
    storage.items.set('lockngen:watched', text);
    expect(await visit().claim()).toEqual([]);
  });

  it('is not stopped by storage that is full or switched off', async () => {
    storage.broken = true;
    const store = visit();
    store.keep(running);
    store.update(done);
    expect(await store.claim()).toEqual([]);
  });

  it('is not stopped by a browser without storage', async () => {
    expect(await new RecoveryStore().claim()).toEqual([]);
  });
});

describe('several tabs', () => {
  const storage = new MemoryStorage();
  const browser = new MemoryLocks();
  const tab = (name: string) => new RecoveryStore({ storage, locks: browser.tab(name) });

  it('never do the same work, and the next one takes it up when a tab is gone', async () => {
    const first = tab('first');
    first.keep(running);
    const second = tab('second');
    expect(await second.claim()).toEqual([]);
    await browser.closeTab('first');
    const third = tab('third');
    const claims = await Promise.all([second.claim(), third.claim()]);
    expect(claims.flat()).toEqual([running]);
  });

  it('a tab lets go of what it released before the lock was granted', async () => {
    const id = 'quick';
    const first = tab('a');
    first.keep({ ...running, generationId: id })();
    const second = tab('b');
    await expect.poll(async () => (await second.claim()).map(({ generationId }) => generationId)).toContain(id);
  });

  it('a tab does not claim twice what it has', async () => {
    const store = tab('c');
    store.keep({ ...running, generationId: 'mine' });
    expect((await store.claim()).map(({ generationId }) => generationId)).not.toContain('mine');
  });
});

describe('recoverGenerations', () => {
  const store = () => new RecoveryStore({ storage: Object.assign(new MemoryStorage()), key: 'k' });

  it('leaves out what the server has forgotten', async () => {
    const recovery = store();
    recovery.keep(running);
    recovery.release(running.generationId);
    const client = { status: vi.fn().mockRejectedValue(new ApiError(404, {})) };
    expect(await recoverGenerations(recovery, client)).toEqual([]);
    client.status.mockResolvedValue({});
    expect(await recoverGenerations(recovery, client)).toEqual([]);
  });

  it('goes on when the server cannot be asked', async () => {
    const recovery = store();
    recovery.keep(running);
    recovery.release(running.generationId);
    const client = { status: vi.fn().mockRejectedValue(ApiError.unreachable(new Error('offline'))) };
    expect(await recoverGenerations(recovery, client)).toEqual([running]);
  });
});
