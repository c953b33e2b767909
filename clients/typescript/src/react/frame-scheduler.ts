/** About one frame at 60 Hz, in milliseconds. */
const frameMs = 16;

/** Browsers pause animation frames where they see no need to paint; the state must still arrive. In milliseconds. */
const stalledMs = 100;

const waiting = new Set<() => void>();
let frame = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Runs everything that is scheduled in one go at the next frame, so that React renders once for all of it. */
export function scheduleFrame(callback: () => void): () => void {
  waiting.add(callback);
  if (timer === undefined) {
    const canPaint = typeof requestAnimationFrame === 'function' && document.visibilityState !== 'hidden';
    frame = canPaint ? requestAnimationFrame(flush) : 0;
    timer = setTimeout(flush, canPaint ? stalledMs : frameMs);
  }
  return () => {
    waiting.delete(callback);
    if (waiting.size === 0) {
      stop();
    }
  };
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
