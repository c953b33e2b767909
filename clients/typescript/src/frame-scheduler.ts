/** About one frame at 60 Hz, in milliseconds: faster screens are not updated more often. */
const frameMs = 16;

/** Frames at 60 Hz are not exactly 16.7 ms apart. */
const toleranceMs = 1;

/** Browsers pause animation frames when there is nothing to paint; the state must still be updated. In milliseconds. */
const stalledMs = 100;

const waiting = new Set<() => void>();
let frame = 0;
let lastFrame = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Runs everything scheduled at once in the next frame, so that React renders only once. */
export function scheduleFrame(callback: () => void): () => void {
  waiting.add(callback);
  if (timer === undefined) {
    const canPaint = typeof requestAnimationFrame === 'function' && document.visibilityState !== 'hidden';
    frame = canPaint ? requestAnimationFrame(paint) : 0;
    timer = setTimeout(flush, canPaint ? stalledMs : frameMs);
  }
  return () => {
    waiting.delete(callback);
    if (waiting.size === 0) {
      stop();
    }
  };
}

function paint(at: number): void {
  const since = at - lastFrame;
  // Negative if a test has set back the clock.
  if (since >= 0 && since < frameMs - toleranceMs) {
    frame = requestAnimationFrame(paint);
    return;
  }
  lastFrame = at;
  flush();
}

function flush(): void {
  stop();
  const callbacks = [...waiting];
  waiting.clear();
  for (const callback of callbacks) {
    callback();
  }
}

function stop(): void {
  if (frame !== 0) {
    cancelAnimationFrame(frame);
    frame = 0;
  }
  clearTimeout(timer);
  timer = undefined;
}
