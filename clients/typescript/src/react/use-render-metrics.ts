import { useState } from 'react';
import { useCommitEffect } from './use-commit-effect.js';

export interface RenderMetrics {
  readonly renders: number;
  readonly rendersPerSecond: number;
  readonly averageRenderMs: number;
  readonly slowestRenderMs: number;
  /** Of the whole page; null if the browser does not report it. */
  readonly usedMemoryBytes: number | null;
}

/** Measures the calling component from the start of its render to the commit, in production builds, too. */
export function useRenderMetrics(): () => RenderMetrics {
  const [meter] = useState(() => new RenderMeter());
  const start = performance.now();
  useCommitEffect(() => meter.rendered(start, performance.now()));
  return meter.read;
}

class RenderMeter {
  readonly #since = performance.now();
  #renders = 0;
  #total = 0;
  #slowest = 0;

  rendered(start: number, end: number): void {
    this.#renders++;
    this.#total += end - start;
    this.#slowest = Math.max(this.#slowest, end - start);
  }

  readonly read = (): RenderMetrics => {
    const seconds = (performance.now() - this.#since) / 1_000;
    const { memory } = performance as { memory?: { usedJSHeapSize: number } };
    return {
      renders: this.#renders,
      rendersPerSecond: seconds > 0 ? this.#renders / seconds : 0,
      averageRenderMs: this.#renders > 0 ? this.#total / this.#renders : 0,
      slowestRenderMs: this.#slowest,
      usedMemoryBytes: memory?.usedJSHeapSize ?? null,
    };
  };
}
