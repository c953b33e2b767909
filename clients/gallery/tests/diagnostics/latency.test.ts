import { expect, it } from 'vitest';
import { summarize } from '../../src/diagnostics/latency';

it('Latency_Summary_CountsByBoundAndFindsTheQuantiles', () => {
  const { counts, total, median, p99 } = summarize([1, 5, 6, 49, 51, 5_000]);
  expect(counts).toEqual([2, 1, 0, 1, 1, 0, 0, 0, 1]);
  expect([total, median, p99]).toEqual([6, 6, 5_000]);
});

it('Latency_NothingMeasured_IsEmpty', () => {
  expect(summarize([])).toMatchObject({ total: 0, median: 0, p99: 0 });
});
