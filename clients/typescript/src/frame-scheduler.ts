/** About one frame at 60 Hz, in milliseconds: screens that paint more often still get no more changes. */
const frameMs = 16;

/** Frames at 60 Hz do not come exactly 16.7 ms apart. */
const toleranceMs = 1;

/** Browsers pause animation frames where they see no need to paint; the state must still arrive. In milliseconds. */
const stalledMs = 100;

const waiting = new Set<() => void>();
let frame = 0;
let lastFrame = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Runs everything that is scheduled in one go at the next frame, so that React renders once for all of it. */
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
  // Negative where a test has turned back the clock.
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
