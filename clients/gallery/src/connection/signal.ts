import type { ConnectionStatus, TransportKind } from '@lockngen/client';

export interface Signal {
  /** 0 = none, 3 = excellent. */
  readonly bars: 0 | 1 | 2 | 3;
  readonly word: string;
}

/** Round trips in milliseconds up to which a connection counts as excellent, and as good. */
const excellentMs = 100;
const goodMs = 400;

/** More than one message in fifty lost or superseded is noticeable. */
const fewDrops = 0.02;

export function signalOf(
  status: ConnectionStatus,
  transport: TransportKind | null,
  quality: { averageLatencyMs: number | null; dropRate: number },
): Signal {
  if (status !== 'connected') {
    return { bars: 0, word: status === 'connecting' ? 'Connecting' : status === 'error' ? 'No connection' : 'Offline' };
  }
  if (transport === 'polling') {
    return { bars: 1, word: 'Live, slowly' };
  }
  const latency = quality.averageLatencyMs ?? 0;
  if (latency > goodMs || quality.dropRate > fewDrops) {
    return { bars: 1, word: 'Live, weak' };
  }
  return latency > excellentMs ? { bars: 2, word: 'Live' } : { bars: 3, word: 'Live' };
}
