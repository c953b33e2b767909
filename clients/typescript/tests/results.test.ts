import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  fileNameOf,
  type GenerationImage,
  type GenerationResult,
  groupByNode,
  initialState,
  isPreview,
  isShortened,
  kindOf,
  type ResultOf,
  reduceGeneration,
  toResult,
} from '../src/index.js';

const golden = JSON.parse(
  readFileSync(new URL('../../../contracts/golden/generation.completed.json', import.meta.url), 'utf8'),
);
const file = (more: Partial<GenerationImage> = {}): GenerationImage => ({
  index: 1,
  url: '/api/generations/g/images/1',
  contentType: 'application/octet-stream',
  ...more,
});
const text = (more: Partial<GenerationImage>) => toResult(file({ kind: 'text', ...more })) as ResultOf<'text'>;

describe('a result', () => {
  it('is what the golden completion says, node, name, exact seed and text', () => {
    const { images } = reduceGeneration(initialState(golden.generationId), golden);
    const [picture, caption] = images.map(toResult);
    expect(picture).toMatchObject({ kind: 'image', width: 512, height: 768, nodeTitle: 'Save Image', seedText: '42' });
    expect(caption).toMatchObject({ kind: 'text', text: 'a cat', nodeId: '12', seedText: '18446744073709551614' });
    expect(caption).not.toHaveProperty('width');
  });

  it.each(['image', 'video', 'audio', 'model', 'text', 'latent', 'file'] as const)('of kind %s keeps it', (kind) => {
    expect(toResult(file({ kind })).kind).toBe(kind);
  });

  it.each([
    ['of a kind of tomorrow is a file', { kind: 'hologram', contentType: 'image/png' }, 'file'],
    ['that an older server calls image/png is an image', { contentType: 'image/png' }, 'image'],
    ['that an older server calls video/mp4 is a video', { contentType: 'video/mp4' }, 'video'],
    ['that an older server calls Audio/FLAC is audio', { contentType: 'Audio/FLAC' }, 'audio'],
    ['that an older server calls model/gltf-binary is a model', { contentType: 'model/gltf-binary' }, 'model'],
    ['that an older server calls plain text is text', { contentType: 'text/plain; charset=utf-8' }, 'text'],
    ['that an older server calls HTML is a file', { contentType: 'text/html' }, 'file'],
    ['that an older server knows nothing of is a file', { contentType: '' }, 'file'],
  ])('%s', (_, wire, kind) => {
    expect(kindOf(file(wire))).toBe(kind);
    expect(toResult(file(wire)).kind).toBe(kind);
  });

  it('has no size where the format does not tell one', () => {
    expect(toResult(file({ kind: 'video', width: 0, height: 0 }))).toMatchObject({
      width: undefined,
      height: undefined,
    });
  });

  it.each([
    ['of an older server is written out', { seed: 42 }, '42'],
    ['that JavaScript has rounded is not told wrongly', { seed: 2 ** 53 }, undefined],
    ['of any size is exact in its digits', { seed: 2 ** 63, seedText: '9223372036854775809' }, '9223372036854775809'],
    ['that is 0 is one, too', { seed: 0 }, '0'],
    ['that is not there stays away', {}, undefined],
  ])('a seed %s', (_, wire, seedText) => {
    expect(toResult(file(wire)).seedText).toBe(seedText);
  });

  it('is discriminated by its kind', () => {
    const result = toResult(file()) as GenerationResult;
    if (result.kind === 'video') {
      expectTypeOf(result.durationSeconds).toEqualTypeOf<number | undefined>();
    }
    if (result.kind === 'text') {
      expectTypeOf(result.text).toEqualTypeOf<string | undefined>();
    }
    expectTypeOf<ResultOf<'latent'>>().not.toHaveProperty('width');
  });

  it('says whether it is a preview of the author', () => {
    expect([isPreview(file({ source: 'temp' })), isPreview(file({ source: 'output' })), isPreview(file())]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a text', () => {
  it('may be empty, and is whole then', () => {
    expect(text({ text: '', bytes: 0 })).toMatchObject({ text: '' });
    expect(isShortened(text({ text: '', bytes: 0 }))).toBe(false);
  });

  it('is measured in bytes, not in characters', () => {
    expect(isShortened(text({ text: 'a b 🙂', bytes: 8 }))).toBe(false);
    expect(isShortened(text({ text: 'a b 🙂', bytes: 9 }))).toBe(true);
  });

  it('without its words has to be fetched', () => {
    expect(isShortened(text({ bytes: 3 }))).toBe(true);
  });
});

describe('a file name', () => {
  it.each([
    ["ComfyUI's own", { filename: 'Ein Fuß_00001_.glb', contentType: 'model/gltf-binary' }, 'Ein Fuß_00001_.glb'],
    ['by the type', { contentType: 'image/avif' }, 'result-1.avif'],
    ['by the type with its parameters', { contentType: 'text/plain; charset=utf-8' }, 'result-1.txt'],
    ['by what people call the type', { contentType: 'model/gltf-binary' }, 'result-1.glb'],
    ['by the kind where there is no type', { kind: 'latent', contentType: '' }, 'result-1.latent'],
  ])('is %s', (_, wire, name) => {
    expect(fileNameOf(toResult(file(wire)))).toBe(name);
  });
});

it('groupByNode keeps the order of the nodes and of their results, and finds a title that only one of them has', () => {
  const results = [
    file({ index: 1, nodeId: '9' }),
    file({ index: 2, nodeId: '12', nodeTitle: 'Caption' }),
    file({ index: 3, nodeId: '9', nodeTitle: 'Final' }),
    file({ index: 4 }),
  ].map(toResult);
  expect(groupByNode(results)).toMatchObject([
    { nodeId: '9', title: 'Final', results: [{ index: 1 }, { index: 3 }] },
    { nodeId: '12', title: 'Caption', results: [{ index: 2 }] },
    { nodeId: undefined, title: undefined, results: [{ index: 4 }] },
  ]);
});
