import { type GenerationImage, toResult } from '@lockngen/client';
import { expect, it } from 'vitest';
import { arrange } from '../../src/results/arrange';

const result = (index: number, more: Partial<GenerationImage> = {}) =>
  toResult({ index, url: `/images/${index}`, contentType: 'image/png', kind: 'image', ...more });

const numbers = (outputs: ReturnType<typeof arrange>) =>
  outputs.map(({ nodeId, film, others }) => [
    nodeId,
    film.map((slot) => (slot.result ? slot.number : -slot.number)),
    others.map(({ index }) => index),
  ]);

it('Arrange_OnePictureOfThree_LeavesTheOthersTheirPlaces', () => {
  expect(numbers(arrange([result(2, { nodeId: '9' })], 3))).toEqual([['9', [-1, 2, -3], []]]);
});

it('Arrange_Nothing_ExpectsAllOnOneFilm', () => {
  expect(numbers(arrange([], 2))).toEqual([[undefined, [-1, -2], []]]);
});

it('Arrange_EndedWithATextOnly_HasNoFilm', () => {
  expect(numbers(arrange([result(1, { nodeId: '2', kind: 'text', text: '' })], 0))).toEqual([['2', [], [1]]]);
});

it('Arrange_TextFirst_ExpectsPicturesOnAFilmOfTheirOwn', () => {
  expect(numbers(arrange([result(1, { nodeId: '2', kind: 'text', text: 'x' })], 2))).toEqual([
    ['2', [], [1]],
    [undefined, [-2], []],
  ]);
});

it('Arrange_FourOutputsOfThreeKinds_KeepsThemApart', () => {
  const results = [
    ...[1, 2, 3].map((index) => result(index, { nodeId: '9', nodeTitle: 'Final' })),
    result(4, { nodeId: '10', source: 'temp' }),
    result(5, { nodeId: '12', kind: 'text', text: '512' }),
    result(6, { nodeId: '13', contentType: 'image/webp' }),
    result(7, { nodeId: '9', kind: 'latent' }),
  ];
  expect(numbers(arrange(results, 0))).toEqual([
    ['9', [1, 2, 3], [7]],
    ['10', [4], []],
    ['12', [], [5]],
    ['13', [6], []],
  ]);
});
