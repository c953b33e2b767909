import { scheduleFrame } from '@lockngen/client';

/** Runs a callback at most once per frame. */
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
    scheduleFrame(() => {
      this.#isScheduled = false;
      this.#callback();
    });
  }
}
