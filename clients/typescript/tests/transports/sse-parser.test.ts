import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SseParser } from '../../src/transports/sse-parser.js';

it.each([
  ['one event', 'data: a\n\n', ['a']],
  ['fields beside it', ': comment\nid: 7\nevent: x\nretry: 10\ndata: a\n\n', ['a']],
  ['several lines', 'data: a\ndata: b\n\n', ['a\nb']],
  ['no space', 'data:a\n\n', ['a']],
  ['only the first space goes', 'data:  a\n\n', [' a']],
  ['carriage returns', 'data: a\r\rdata: b\r\n\r\n', ['a', 'b']],
  ['a heartbeat', ': ping\n\n', []],
  ['an unfinished event', 'data: a\n', []],
  ['empty data', 'data\n\ndata:\n\n', ['']],
])('%s', (_, text, events) => {
  expect(new SseParser().feed(text)).toEqual(events);
});

it('does not mind where the stream is cut', () => {
  const text = 'id: 1\r\ndata: {"a":1}\r\n\r\n: ping\n\ndata: x\ndata: y\r\rdata: ü\n\n';
  const whole = new SseParser().feed(text);
  const cuts = fc.array(fc.integer({ min: 0, max: text.length }));
  fc.assert(
    fc.property(cuts, (positions) => {
      const parser = new SseParser();
      const sorted = [0, ...positions.sort((a, b) => a - b), text.length];
      const pieces = sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
      expect(pieces.flatMap((piece) => parser.feed(piece))).toEqual(whole);
    }),
  );
});
