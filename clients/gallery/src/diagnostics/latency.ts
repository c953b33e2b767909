/** Upper bounds of the histogram's bars, in milliseconds; slower events are counted in one more. */
export const bounds = [5, 10, 20, 50, 100, 200, 500, 1_000] as const;

export interface LatencySummary {
  /** One count per bound, and one for the rest. */
  readonly counts: readonly number[];
  readonly total: number;
  readonly median: number;
  readonly p99: number;
}

export function summarize(latencies: readonly number[]): LatencySummary {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const latency of latencies) {
    const bar = bounds.findIndex((bound) => latency <= bound);
    const index = bar < 0 ? bounds.length : bar;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const sorted = [...latencies].sort((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { counts, total: latencies.length, median: quantile(0.5), p99: quantile(0.99) };
}
