import { type GenerationDetails, type GenerationState, initialState } from '@lockngen/client';

/** What the API knows about a generation besides its state: what was requested, by whom and when. */
export interface GenerationRecord extends GenerationDetails {
  readonly template?: string | null;
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  readonly count?: number | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  readonly owner?: string | null;
  readonly overallProgress?: number | null;
  readonly createdAt?: string | null;
  readonly durationSeconds?: number | null;
  readonly instance?: string | null;
  readonly seed?: number | string | null;
}

/** One generation as the page shows it. The object changes only if its content does. */
export interface Generation {
  readonly id: string;
  readonly state: GenerationState;
  /** Missing until it is fetched, and permanently if ComfyUI's own page or another program submitted the prompt. */
  readonly record?: GenerationRecord;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** The state in the form of live events, for generations that have ended or have no events yet. */
export function stateOf(record: GenerationRecord): GenerationState {
  return {
    ...initialState(record.id),
    status: record.status,
    images: record.images ?? [],
    warnings: record.warnings ?? [],
    position: record.position ?? undefined,
    estimatedWaitSeconds: record.estimatedWaitSeconds ?? undefined,
    overallProgress: record.overallProgress ?? 0,
    totalImages: record.count ?? undefined,
    instance: record.instance ?? undefined,
    error: record.error ?? undefined,
    durationSeconds: record.durationSeconds ?? undefined,
  };
}

export function promptOf({ record }: Generation): string {
  const prompt = record?.parameters?.prompt;
  return typeof prompt === 'string' ? prompt : '';
}

export function matches(generation: Generation, search: string): boolean {
  const { record, state } = generation;
  const haystack = [
    promptOf(generation),
    record?.parameters?.negativePrompt,
    record?.parameters?.model,
    record?.metadata?.userName,
    state.instance,
    ...state.images.flatMap(({ seed, seedText, filename, text }) => [seedText ?? seed, filename, text]),
  ].join('\n');
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.toLowerCase().includes(word));
}
