/** About a frame, in milliseconds: for a hidden tab, where browsers paint no frames. */
const hiddenMs = 16;

/** Runs a callback once per frame, however often it is asked for. */
export class FrameBatch {
  readonly #callback: () => void;
  #isScheduled = false;

  constructor(callback: () => void) {
    this.#callback = callback;
  }

  schedule(): void {
    if (this.#isScheduled) {
      return;
    }
    this.#isScheduled = true;
    if (document.visibilityState === 'visible') {
      requestAnimationFrame(() => this.#run());
    } else {
      setTimeout(() => this.#run(), hiddenMs);
    }
  }

  #run(): void {
    this.#isScheduled = false;
    this.#callback();
  }
}
