import { expect, it, vi } from 'vitest';
import { getSessionId } from '../src/index.js';
import { MemoryStorage } from './support/memory-storage.js';

it('is made once and kept', () => {
  const storage = new MemoryStorage();
  const id = getSessionId(storage);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(getSessionId(storage)).toBe(id);
  expect(getSessionId(storage, 'another')).not.toBe(id);
});

it('lives as long as the page where storage is switched off', () => {
  const storage = new MemoryStorage();
  storage.broken = true;
  expect(getSessionId(storage)).toMatch(/^[0-9a-f-]{36}$/);
});

it('needs no secure context', () => {
  vi.spyOn(crypto, 'randomUUID').mockImplementation(() => {
    throw new TypeError('crypto.randomUUID is not a function');
  });
  expect(getSessionId(new MemoryStorage())).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
});
