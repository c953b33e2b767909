/** One ComfyUI, as in `GET /api/instances`. */
export interface Instance {
  readonly name: string;
  readonly state: 'up' | 'down' | 'unresponsive' | 'needsRestart' | 'unwatched';
  readonly reason?: string | null;
  readonly version?: string | null;
  readonly capacity?: number | null;
  readonly running?: number | null;
  readonly queueRemaining?: number | null;
}

export interface InstanceList {
  readonly instances: readonly Instance[];
}

export const stateWords: Record<Instance['state'], string> = {
  up: 'Up',
  down: 'Down',
  unresponsive: 'Not responding',
  needsRestart: 'Needs restart',
  unwatched: 'Unwatched',
};
