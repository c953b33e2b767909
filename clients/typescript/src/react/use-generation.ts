import { useCallback, useEffect, useState } from 'react';
import type { CancelReceipt, GenerationRequest } from '../api-types.js';
import { type GenerationImage, type GenerationStatus, isEnded } from '../events.js';
import { GenerationError } from '../generation-error.js';
import { type GenerationState, initialState } from '../generation-state.js';
import { type IProgressState, initialProgress } from '../progress.js';
import { recoverGenerations } from '../recover-generations.js';
import { useLockNGen } from './context.js';
import { useLatest } from './use-latest.js';
import { useTrackedGeneration } from './use-tracked-generation.js';

export interface UseGenerationOptions {
  /** On mount, goes on with what an earlier visit of this page had started. Default true. */
  recover?: boolean;
  onComplete?: (generation: GenerationState) => void;
  /** Refused (`ApiError`), failed or cancelled (`GenerationError`). */
  onError?: (error: Error) => void;
}

export interface UseGeneration {
  /** Resolves with the id; what goes wrong is in `error`, too. */
  submit(request: GenerationRequest): Promise<string>;
  cancel(): Promise<CancelReceipt | undefined>;
  /** Forgets the generation here; it goes on at the server. */
  reset(): void;
  readonly id: string | null;
  readonly status: 'idle' | 'submitting' | GenerationStatus;
  readonly isGenerating: boolean;
  /** Cleared when the generation has ended. */
  readonly progress: IProgressState;
  /** 1-based: the image of the batch that is being made; 0 when none is. */
  readonly currentImageIndex: number;
  readonly totalImages: number;
  /** What has landed so far. */
  readonly images: readonly GenerationImage[];
  readonly durationSeconds: number | null;
  readonly error: Error | null;
}

interface Run {
  readonly from: GenerationState | null;
  readonly isSubmitting: boolean;
  readonly refusal: Error | null;
}

const noRun: Run = { from: null, isSubmitting: false, refusal: null };

/** Submits one generation at a time, follows it and keeps the state of its batch. */
export function useGeneration({ recover = true, onComplete, onError }: UseGenerationOptions = {}): UseGeneration {
  const { client, connection, recovery } = useLockNGen('useGeneration');
  const [{ from, isSubmitting, refusal }, setRun] = useState(noRun);
  const id = from?.generationId ?? null;
  const { generation, progress } = useTrackedGeneration(connection, id, from ?? undefined);
  const callbacks = useLatest({ onComplete, onError });

  useEffect(() => {
    if (!recover) {
      return;
    }
    let isMounted = true;
    recoverGenerations(recovery, client, 1).then(([state]) => {
      if (state && isMounted) {
        setRun((run) => (run === noRun ? { ...noRun, from: state } : run));
      } else if (state) {
        recovery.release(state.generationId);
      }
    });
    return () => {
      isMounted = false;
    };
  }, [recover, recovery, client]);

  useEffect(() => (from ? recovery.keep(from) : undefined), [recovery, from]);

  useEffect(() => {
    if (id === null || generation.generationId !== id) {
      return;
    }
    recovery.update(generation);
    if (generation.status === 'completed') {
      callbacks.current.onComplete?.(generation);
    } else if (isEnded(generation.status)) {
      callbacks.current.onError?.(new GenerationError(generation));
    }
  }, [id, generation, recovery, callbacks]);

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

  const hasEnded = isEnded(generation.status);
  const failure = hasEnded && generation.status !== 'completed' ? new GenerationError(generation) : null;
  return {
    submit,
    cancel,
    reset,
    id,
    status: isSubmitting ? 'submitting' : id === null ? 'idle' : generation.status,
    isGenerating: isSubmitting || (id !== null && !hasEnded),
    progress: hasEnded ? { ...initialProgress, status: generation.status } : progress,
    currentImageIndex: hasEnded ? 0 : progress.imageIndex,
    totalImages: progress.totalImages,
    images: generation.images,
    durationSeconds: generation.durationSeconds ?? null,
    error: refusal ?? failure,
  };
}
