import { scheduleFrame } from '../frame-scheduler.js';

/** A reducer that notifies its listeners once per frame. `connect` is active while there are listeners. */
export class BatchedStore<State, Action> {
  readonly #reduce: (state: State, action: Action) => State;
  readonly #connect: (dispatch: (action: Action) => void) => () => void;
  readonly #listeners = new Set<() => void>();
  readonly #initial: State;
  #current: State;
  #published: State;
  #disconnect: (() => void) | undefined;
  #cancelFrame: (() => void) | undefined;

  constructor(
    reduce: (state: State, action: Action) => State,
    initial: State,
    connect: (dispatch: (action: Action) => void) => () => void,
  ) {
    this.#reduce = reduce;
    this.#connect = connect;
    this.#initial = initial;
    this.#current = initial;
    this.#published = initial;
  }

  readonly getSnapshot = (): State => this.#published;

  readonly getServerSnapshot = (): State => this.#initial;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#disconnect) {
      this.#disconnect = this.#connect(this.dispatch);
      // React reads the snapshot again right after subscribing: what is already known need not wait for a frame.
      this.#published = this.#current;
      this.#stopFrame();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        this.#disconnect?.();
        this.#disconnect = undefined;
        this.#stopFrame();
      }
    };
  };

  readonly dispatch = (action: Action): void => {
    this.#current = this.#reduce(this.#current, action);
    if (this.#current !== this.#published) {
      this.#cancelFrame ??= scheduleFrame(this.#publish);
    }
  };

  #stopFrame(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = undefined;
  }

  readonly #publish = (): void => {
    this.#cancelFrame = undefined;
    this.#published = this.#current;
    for (const listener of [...this.#listeners]) {
      listener();
    }
  };
}
