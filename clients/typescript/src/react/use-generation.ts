import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { CancelReceipt, GenerationRequest } from '../api-types.js';
import {
  type GenerationImage,
  type GenerationStatus,
  type GenerationWarning,
  isEnded,
  type TerminalStatus,
} from '../events.js';
import { GenerationError } from '../generation-error.js';
import { type GenerationState, initialState } from '../generation-state.js';
import { type IProgressState, initialProgress } from '../progress.js';
import { type GenerationResult, toResult } from '../results.js';
import { useLockNGen } from './context.js';
import { useLatest } from './use-latest.js';
import { useRecoveredGeneration } from './use-recovered-generation.js';
import { useTrackedGeneration } from './use-tracked-generation.js';

export interface UseGenerationOptions {
  /** On mount, continues what an earlier visit of this page has started. Default true. */
  recover?: boolean;
  onComplete?: (generation: GenerationState) => void;
  /** Refused (`ApiError`), failed or cancelled (`GenerationError`). */
  onError?: (error: Error) => void;
}

export interface UseGeneration {
  /** Resolves with the id; errors are also in `error`. */
  submit(request: GenerationRequest): Promise<string>;
  cancel(): Promise<CancelReceipt | undefined>;
  /** Forgets the generation in this component; it continues on the server. */
  reset(): void;
  readonly id: string | null;
  readonly status: 'idle' | 'submitting' | GenerationStatus;
  readonly isGenerating: boolean;
  /** Cleared when the generation ends. */
  readonly progress: IProgressState;
  /** The image of the batch that is being rendered, from 1; 0 if none is. */
  readonly currentImageIndex: number;
  readonly totalImages: number;
  /** The results so far, as the server sent them. */
  readonly images: readonly GenerationImage[];
  /** The same, discriminated by `kind`. */
  readonly results: readonly GenerationResult[];
  /** What users should know although nothing failed. */
  readonly warnings: readonly GenerationWarning[];
  readonly durationSeconds: number | null;
  readonly error: Error | null;
}

interface Run {
  readonly from: GenerationState | null;
  readonly isSubmitting: boolean;
  readonly refusal: Error | null;
}

const ended: Record<TerminalStatus, IProgressState> = {
  completed: { ...initialProgress, status: 'completed' },
  failed: { ...initialProgress, status: 'failed' },
  cancelled: { ...initialProgress, status: 'cancelled' },
};

const noRun: Run = { from: null, isSubmitting: false, refusal: null };

/** Submits one generation at a time, follows it, and keeps the state of its batch. */
export function useGeneration({ recover = true, onComplete, onError }: UseGenerationOptions = {}): UseGeneration {
  const { client, connection, recovery } = useLockNGen('useGeneration');
  const [{ from, isSubmitting, refusal }, setRun] = useState(noRun);
  const id = from?.generationId ?? null;
  const { generation, progress } = useTrackedGeneration(connection, id, from ?? undefined);
  const hasEnded = isEnded(generation.status);
  const failure = useMemo(() => failureOf(generation), [generation]);
  const results = useMemo(() => generation.images.map(toResult), [generation.images]);
  const callbacks = useLatest({ onComplete, onError });
  /** StrictMode runs effects twice; an outcome is reported once. */
  const reported = useRef<string | null>(null);

  useRecoveredGeneration(recover, (state) => setRun((run) => (run === noRun ? { ...noRun, from: state } : run)));

  useEffect(() => (from ? recovery.keep(from) : undefined), [recovery, from]);

  useEffect(() => {
    if (id === null || generation.generationId !== id) {
      return;
    }
    recovery.update(generation);
    if (!isEnded(generation.status) || reported.current === id) {
      return;
    }
    reported.current = id;
    if (failure) {
      callbacks.current.onError?.(failure);
    } else {
      callbacks.current.onComplete?.(generation);
    }
  }, [id, generation, failure, recovery, callbacks]);

  const submit = useCallback(
    async (request: GenerationRequest) => {
      setRun({ ...noRun, isSubmitting: true });
      try {
        const submitted = await client.submit(request);
        const { position, estimatedWaitSeconds, status } = submitted;
        const queued = {
          status,
          position: position ?? undefined,
          estimatedWaitSeconds: estimatedWaitSeconds ?? undefined,
        };
        setRun({ ...noRun, from: { ...initialState(submitted.id), ...queued } });
        return submitted.id;
      } catch (error) {
        setRun({ ...noRun, refusal: error as Error });
        callbacks.current.onError?.(error as Error);
        throw error;
      }
    },
    [client, callbacks],
  );

  const cancel = useCallback(async () => (id === null ? undefined : client.cancel(id)), [client, id]);

  const reset = useCallback(() => setRun(noRun), []);

  return {
    submit,
    cancel,
    reset,
    id,
    status: isSubmitting ? 'submitting' : id === null ? 'idle' : generation.status,
    isGenerating: isSubmitting || (id !== null && !hasEnded),
    progress: hasEnded ? ended[generation.status as TerminalStatus] : progress,
    currentImageIndex: hasEnded ? 0 : progress.imageIndex,
    totalImages: progress.totalImages,
    images: generation.images,
    results,
    warnings: generation.warnings,
    durationSeconds: generation.durationSeconds ?? null,
    error: refusal ?? failure,
  };
}

function failureOf(generation: GenerationState): GenerationError | null {
  return isEnded(generation.status) && generation.status !== 'completed' ? new GenerationError(generation) : null;
}
