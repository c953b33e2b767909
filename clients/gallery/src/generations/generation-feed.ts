import {
  ApiError,
  type CancelReceipt,
  type GenerationClient,
  type GenerationMessage,
  isEnded,
  type RealtimeConnection,
} from '@lockngen/client';
import { FrameBatch } from './frame-batch';
import { type Generation, type GenerationRecord, stateOf } from './generation';

export interface Feed {
  /** Newest first. */
  readonly generations: readonly Generation[];
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  /** Why the last page of the history could not be loaded. */
  readonly error: ApiError | null;
}

/** A request: a template of the server with the settings that differ from its defaults. */
export interface TemplateRequest {
  readonly template: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

const pageSize = 24;

const empty: Feed = { generations: [], hasMore: true, isLoading: false, error: null };

/** The history of the API and the live events as one list: what the page shows. */
export class GenerationFeed {
  readonly #client: GenerationClient;
  readonly #connection: RealtimeConnection;
  readonly #generations = new Map<string, Generation>();
  readonly #listeners = new Set<() => void>();
  readonly #asked = new Set<string>();
  readonly #batch = new FrameBatch(() => this.#publish({}));
  #feed = empty;
  /** The cursor of each search; the empty search is the history. */
  readonly #pages = new Map<string, { cursor?: string; hasMore: boolean }>();
  #search = '';
  #stop: (() => void) | undefined;

  constructor(client: GenerationClient, connection: RealtimeConnection) {
    this.#client = client;
    this.#connection = connection;
  }

  readonly getSnapshot = (): Feed => this.#feed;

  /** Live while there are listeners. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#stop ??= this.#listen();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        this.#stop?.();
        this.#stop = undefined;
      }
    };
  };

  readonly loadMore = async (): Promise<void> => {
    if (this.#feed.isLoading || !this.#feed.hasMore) {
      return;
    }
    const search = this.#search;
    this.#publish({ isLoading: true, error: null });
    try {
      const q = search || undefined;
      const { items, nextCursor } = await this.#client.list({
        limit: pageSize,
        q,
        cursor: this.#pages.get(search)?.cursor,
      });
      for (const record of items) {
        this.#record(record);
      }
      this.#pages.set(search, { cursor: nextCursor ?? undefined, hasMore: nextCursor != null });
      this.#publish({ isLoading: false, hasMore: this.#hasMore });
    } catch (error) {
      this.#publish({ isLoading: false, error: asApiError(error) });
    }
  };

  /** From now on `loadMore` searches for these words; empty = the whole history. Results are added to the list. */
  look(search: string): void {
    if (search !== this.#search) {
      this.#search = search;
      this.#publish({ hasMore: this.#hasMore, error: null });
    }
  }

  get #hasMore(): boolean {
    // A history that was read to its end contains everything that a search could find.
    return this.#pages.get('')?.hasMore !== false && this.#pages.get(this.#search)?.hasMore !== false;
  }

  /** Shows the generation immediately, before its first event arrives. */
  async submit(request: TemplateRequest): Promise<string> {
    const submitted = await this.#client.submit({ ...request });
    const { template, parameters, count, metadata } = request;
    this.#record({ ...submitted, template, parameters, count, metadata, createdAt: new Date().toISOString() });
    void this.#ask(submitted.id);
    return submitted.id;
  }

  /** Runs it again: same settings, same seed. */
  async repeat(id: string): Promise<string> {
    const submitted = await this.#client.requeue(id);
    const { template, parameters, count, metadata } = this.#generations.get(id)?.record ?? {};
    this.#record({ ...submitted, template, parameters, count, metadata, createdAt: new Date().toISOString() });
    void this.#ask(submitted.id);
    return submitted.id;
  }

  cancel(id: string): Promise<CancelReceipt> {
    return this.#client.cancel(id);
  }

  async erase(id: string): Promise<void> {
    await this.#client.remove(id);
    this.#generations.delete(id);
    this.#batch.schedule();
  }

  #listen(): () => void {
    const stops = [
      this.#connection.subscribeAll((message) => this.#hear(message)),
      this.#connection.on('open', () => void this.#catchUp()),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }

  /** After a long interruption the gateway may have forgotten generations that have ended; the API has not. One request at a time. */
  async #catchUp(): Promise<void> {
    for (const { id, state, record } of [...this.#generations.values()]) {
      if (record && !isEnded(state.status)) {
        await this.#ask(id);
      }
    }
  }

  #hear({ generationId: id }: GenerationMessage): void {
    const state = this.#connection.getState(id);
    const known = this.#generations.get(id);
    // Generations that ended before this page was opened are part of the history.
    if (!state || state.status === 'unknown' || (!known && isEnded(state.status))) {
      return;
    }
    this.#generations.set(id, { id, createdAt: Date.now(), ...known, state });
    if (!known?.record || (isEnded(state.status) && !isEnded(known.state.status))) {
      void this.#ask(id);
    }
    this.#batch.schedule();
  }

  /** Fetches what the events do not contain: for each generation when it appears, and again when it has ended. */
  async #ask(id: string): Promise<void> {
    if (this.#asked.has(id)) {
      return;
    }
    this.#asked.add(id);
    try {
      this.#record(await this.#client.status(id));
    } catch (error) {
      // The API does not know prompts that other programs submitted to ComfyUI, so there is no point in asking again.
      if (asApiError(error).status === 404) {
        return;
      }
    }
    this.#asked.delete(id);
  }

  #record(record: GenerationRecord): void {
    const { id } = record;
    const known = this.#generations.get(id);
    const createdAt = Date.parse(record.createdAt ?? '') || (known?.createdAt ?? Date.now());
    const live = this.#connection.getState(id) ?? known?.state;
    const state = live && live.status !== 'unknown' && !isNewer(record, live.status) ? live : stateOf(record);
    this.#generations.set(id, { id, createdAt, state, record: { ...known?.record, ...record } });
    this.#batch.schedule();
  }

  #publish(change: Partial<Feed>): void {
    const generations = [...this.#generations.values()].sort((a, b) => b.createdAt - a.createdAt);
    this.#feed = { ...this.#feed, ...change, generations };
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}

/** Live events are newer, unless the end was missed. */
function isNewer(record: GenerationRecord, live: GenerationRecord['status']): boolean {
  return isEnded(record.status) && !isEnded(live);
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : ApiError.unreachable(error);
}
