import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type GenerationMessage,
  initialState,
  isProgress,
  isTerminal,
  type MessageOf,
  parseFrame,
  reduceGeneration,
} from '../src/index.js';
import { EventFactory } from './support/event-factory.js';

const golden = new URL('../../../contracts/golden/', import.meta.url);
const eventFiles = readdirSync(golden).filter((name) => /^generation\.(?!preview-bytes)/.test(name));
const oldFiles = readdirSync(new URL('0.1/', golden))
  .filter((name) => /^generation\.(?!preview-bytes)/.test(name))
  .map((name) => `0.1/${name}`);
const text = (name: string) => readFileSync(new URL(name, golden), 'utf8');

describe('the golden files', () => {
  it('hold every type that the client knows', () => {
    const types = eventFiles.map((name) => name.replace('.json', '')).sort();
    expect(types).toEqual([
      'generation.cancelled',
      'generation.completed',
      'generation.custom',
      'generation.failed',
      'generation.image',
      'generation.node',
      'generation.preview',
      'generation.progress',
      'generation.queued',
      'generation.snapshot',
      'generation.started',
    ]);
  });

  it.each(eventFiles)('%s is understood, unchanged', (name) => {
    const json = text(name);
    expect(parseFrame(json)).toEqual({ kind: 'message', message: JSON.parse(json) });
  });

  it.each(oldFiles)('%s of an earlier version is understood', (name) => {
    const json = text(name);
    expect(parseFrame(json)).toEqual({ kind: 'message', message: JSON.parse(json) });
  });

  it.each(eventFiles)('%s may grow at every level', (name) => {
    const grown = grow(JSON.parse(text(name)));
    expect(parseFrame(JSON.stringify(grown))).toEqual({ kind: 'message', message: grown });
  });

  it('the snapshot reduces to what it says', () => {
    const snapshot = JSON.parse(text('generation.snapshot.json'));
    const { type: _, data, ...envelope } = snapshot;
    expect(reduceGeneration(initialState(snapshot.generationId), snapshot)).toEqual({ ...envelope, ...data });
  });
});

describe('what cannot be used comes back as it was', () => {
  it.each([
    ['no JSON', '{"type":"generation.prog', 'malformed', 'not JSON'],
    ['an empty frame', '', 'malformed', 'not JSON'],
    ['null', 'null', 'malformed', 'no type'],
    ['a list', '[1,2]', 'malformed', 'no type'],
    ['no type', '{"generationId":"a"}', 'malformed', 'no type'],
    ['a type that is no text', '{"type":7}', 'malformed', 'no type'],
    [
      'a type of tomorrow',
      '{"type":"generation.upscaled","generationId":"a","sequence":1}',
      'unknown',
      'generation.upscaled',
    ],
    [
      'progress without its data',
      '{"type":"generation.progress","generationId":"a","sequence":1}',
      'malformed',
      'at data',
    ],
    [
      'a sequence that is text',
      JSON.stringify({ ...new EventFactory().started(), sequence: '7' }),
      'malformed',
      'at sequence',
    ],
    [
      'a negative sequence',
      JSON.stringify({ ...new EventFactory().started(), sequence: -1 }),
      'malformed',
      'at sequence',
    ],
    ['a pong with a wrong id', '{"type":"pong","id":{}}', 'malformed', 'at id'],
  ])('%s', (_, frame, kind, reason) => {
    const raw = jsonOrText(frame);
    expect(parseFrame(frame)).toStrictEqual({ kind, raw, reason: expect.stringContaining(reason) });
  });
});

describe('event classes', () => {
  const factory = new EventFactory();

  it.each([factory.completed(), factory.failed(), factory.cancelled()])('$type ends a generation', (event) => {
    expect(isTerminal(event)).toBe(true);
    expect(isProgress(event)).toBe(false);
  });

  it.each([factory.queued(), factory.started(), factory.image()])('$type may not be superseded', (event) => {
    expect(isTerminal(event)).toBe(false);
    expect(isProgress(event)).toBe(false);
  });

  it('the union is discriminated by its type', () => {
    const message = factory.progress(1) as GenerationMessage;
    if (message.type === 'generation.progress') {
      expectTypeOf(message.data.step).toEqualTypeOf<number>();
    }
    expectTypeOf<MessageOf<'generation.failed'>['data']['error']['code']>().toEqualTypeOf<string>();
    expectTypeOf<MessageOf<'generation.failed' | 'generation.queued'>['type']>().toEqualTypeOf<
      'generation.failed' | 'generation.queued'
    >();
  });
});

function grow(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(grow);
  }
  if (typeof value === 'object' && value) {
    const grown = Object.entries(value).map(([key, inner]) => [key, grow(inner)]);
    return { ...Object.fromEntries(grown), ofTomorrow: { nested: [1] } };
  }
  return value;
}

function jsonOrText(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return frame;
  }
}
