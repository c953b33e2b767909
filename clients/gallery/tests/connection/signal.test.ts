import { expect, it } from 'vitest';
import { signalOf } from '../../src/connection/signal';

const quality = (averageLatencyMs: number | null, dropRate = 0) => ({ averageLatencyMs, dropRate });

it.each([
  ['connected', 'websocket', quality(null), 3, 'Live'],
  ['connected', 'websocket', quality(20), 3, 'Live'],
  ['connected', 'websocket', quality(200), 2, 'Live'],
  ['connected', 'websocket', quality(900), 1, 'Live, weak'],
  ['connected', 'websocket', quality(20, 0.1), 1, 'Live, weak'],
  ['connected', 'polling', quality(null), 1, 'Live, slowly'],
  ['connecting', null, quality(20), 0, 'Connecting'],
  ['disconnected', null, quality(20), 0, 'Offline'],
  ['error', null, quality(20), 0, 'No connection'],
] as const)('Signal_%s_%s %#', (status, transport, measured, bars, word) => {
  expect(signalOf(status, transport, measured)).toEqual({ bars, word });
});
