import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { problemsOf, published } from './support/schemas.js';

const folder = fileURLToPath(new URL('../../../contracts/golden/', import.meta.url));
const golden = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

describe('the published schemas', () => {
  it('are those of all messages', () => expect(published.toSorted()).toEqual(golden.toSorted()));

  it.each(golden)('accept the golden %s', (name) => {
    expect(problemsOf(name, JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')))).toEqual([]);
  });

  it.each(golden.filter((name) => name.startsWith('generation.') && name !== 'generation.preview-bytes'))(
    'refuse a %s without its sequence',
    (name) => {
      const { sequence: _, ...rest } = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8'));

      expect(problemsOf(name, rest)).not.toEqual([]);
    },
  );
});
