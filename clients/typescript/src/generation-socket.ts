import type { GenerationRequest, SubmittedGeneration } from './api-types.js';
import type { RealtimeConnection } from './connection.js';
import { isEnded, isTerminal, type MessageOf } from './events.js';
import type { GenerationClient } from './generation-client.js';
import { GenerationError } from './generation-error.js';
import { reduceGeneration } from './generation-reducer.js';
import { type GenerationState, initialState } from './generation-state.js';
import { type IProgressState, initialProgress, trackProgress } from './progress.js';
import { recoverGenerations } from './recover-generations.js';
import type { RecoveryStore } from './recovery-store.js';
import { type GenerationResult, toResult } from './results.js';

/** `onProgress` is called at most once per this many milliseconds: a frame. */
const frameMs = 16;

export interface GenerationCallbacks {
  /** In the queue, and again whenever the position changes. */
  onQueued?(queued: { id: string; position: number; estimatedWaitSeconds: number | null }): void;
  onStarted?(state: GenerationState): void;
  onProgress?(progress: IProgressState, state: GenerationState): void;
  /** One result of the batch was stored. */
  onImage?(image: MessageOf<'generation.image'>['data']['image'], state: GenerationState): void;
  /** The same, discriminated by `kind`: image, video, audio, model, text, latent or file. */
  onResult?(result: GenerationResult, state: GenerationState): void;
  onComplete?(state: GenerationState): void;
  /** Refused (`ApiError`), failed or cancelled (`GenerationError`). */
  onError?(error: Error): void;
}

export interface GenerateOptions {
  /** Aborting cancels the generation, too. */
  signal?: AbortSignal;
}

export interface GenerationSocketOptions {
  client: GenerationClient;
  connection: RealtimeConnection;
  /** Remembers active generations, so that a reloaded page can continue with them. */
  recovery?: RecoveryStore;
}

/** Submit and follow in one call. */
export class GenerationSocket {
  readonly #client: GenerationClient;
  readonly #connection: RealtimeConnection;
  readonly #recovery: RecoveryStore | undefined;

  constructor({ client, connection, recovery }: GenerationSocketOptions) {
    this.#client = client;
    this.#connection = connection;
    this.#recovery = recovery;
  }

  /**
   * Resolves with the finished generation. Rejects, after `onError`, with an `ApiError` if it is refused and with a
   * `GenerationError` if it fails or is cancelled; if `onError` is given, the rejection need not be caught.
   */
  generateImageAsync(
    request: GenerationRequest,
    callbacks: GenerationCallbacks = {},
    { signal }: GenerateOptions = {},
  ): Promise<GenerationState> {
    return this.#report(callbacks, async () => {
      const submitted = await this.#client.submit(request, signal);
      callbacks.onQueued?.(queued(submitted));
      const cancel = () => void this.cancel(submitted.id).catch(() => undefined);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return await this.#follow(initialState(submitted.id), callbacks);
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    });
  }

  /** Continues what an earlier visit of this page has started and no other tab has resumed. */
  async resume(callbacks: GenerationCallbacks = {}): Promise<Promise<GenerationState>[]> {
    const states = this.#recovery ? await recoverGenerations(this.#recovery, this.#client) : [];
    return states.map((state) => this.#report(callbacks, () => this.#follow(state, callbacks)));
  }

  cancel(id: string) {
    return this.#client.cancel(id);
  }

  #report(callbacks: GenerationCallbacks, run: () => Promise<GenerationState>): Promise<GenerationState> {
    const result = run().catch((error) => {
      callbacks.onError?.(error);
      throw error;
    });
    if (callbacks.onError) {
      result.catch(() => undefined);
    }
    return result;
  }

  #follow(from: GenerationState, callbacks: GenerationCallbacks): Promise<GenerationState> {
    const { generationId: id } = from;
    const release = this.#recovery?.keep(from);
    return new Promise<GenerationState>((resolve, reject) => {
      let state = from;
      let progress = trackProgress(initialProgress, state);
      const unsubscribe = this.#connection.subscribe(
        id,
        (message) => {
          const before = state.status;
          state = reduceGeneration(state, message);
          this.#recovery?.update(state);
          if (message.type === 'generation.queued') {
            callbacks.onQueued?.(queued({ id, ...message.data }));
          }
          if (state.status === 'running' && before !== 'running') {
            callbacks.onStarted?.(state);
          }
          if (message.type === 'generation.image') {
            callbacks.onImage?.(message.data.image, state);
            callbacks.onResult?.(toResult(message.data.image), state);
          }
          progress = trackProgress(progress, state);
          if (state.status === 'running') {
            callbacks.onProgress?.(progress, state);
          }
          if (isTerminal(message) || isEnded(state.status)) {
            unsubscribe();
            release?.();
            if (state.status === 'completed') {
              callbacks.onComplete?.(state);
              resolve(state);
            } else {
              reject(new GenerationError(state));
            }
          }
        },
        { after: from.sequence, state: from, debounceMs: frameMs },
      );
    });
  }
}

function queued({
  id,
  position,
  estimatedWaitSeconds,
}: Pick<SubmittedGeneration, 'id' | 'position' | 'estimatedWaitSeconds'>) {
  return { id, position: position ?? 0, estimatedWaitSeconds: estimatedWaitSeconds ?? null };
}
