/** A checkpoint and the machines that have it. */
export interface Model {
  readonly name: string;
  readonly instances?: readonly string[];
}

/** The answer of `GET /api/models`. */
export interface ModelList {
  readonly checkpoints: readonly Model[];
}
