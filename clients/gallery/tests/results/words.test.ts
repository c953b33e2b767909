import { toResult } from '@lockngen/client';
import { expect, it } from 'vitest';
import { factsOf, nameOf, titleOf } from '../../src/results/words';
import { byteSize } from '../../src/ui/byte-size';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1 KB'],
  [4_834, '4.8 KB'],
  [14_344, '14 KB'],
  [412_345, '412 KB'],
  [1_234_567, '1.2 MB'],
  [3_000_000_000, '3 GB'],
])('ByteSize_Of %d', (bytes, text) => expect(byteSize(bytes)).toBe(text));

it('Facts_OfAVideo_TellSizeLengthSeedAndWhereItComesFrom', () => {
  const video = toResult({
    index: 2,
    url: '/images/2',
    contentType: 'video/mp4',
    kind: 'video',
    width: 640,
    height: 360,
    durationSeconds: 2.5,
    bytes: 1_234_567,
    seed: 2 ** 64,
    seedText: '18446744073709551615',
    nodeTitle: 'Clip',
    filename: 'v_00001_.mp4',
    source: 'temp',
  });
  expect(nameOf(video)).toBe('Video 2');
  expect(factsOf(video)).toEqual([
    'preview',
    '640 × 360',
    '2.5 s',
    '1.2 MB',
    'seed 18446744073709551615',
    'Clip',
    'v_00001_.mp4',
  ]);
});

it('Facts_OfAnOldServersPicture_AreFew', () => {
  expect(factsOf(toResult({ index: 1, url: '/images/1', contentType: 'image/png' }))).toEqual([]);
});

it('Title_WithoutAName_IsTheNodesNumber', () => {
  expect(titleOf({ nodeId: '9', title: undefined })).toBe('Node 9');
  expect(titleOf({ nodeId: '9', title: 'Final' })).toBe('Final');
  expect(titleOf({ nodeId: undefined, title: undefined })).toBe('Results');
});
