import { ApiError } from './api-error.js';
import type {
  CancelReceipt,
  GenerationDetails,
  GenerationPage,
  GenerationRequest,
  ImportedWorkflow,
  ListOptions,
  QueueStatus,
  Session,
  SubmittedGeneration,
  TemplateBody,
} from './api-types.js';
import { type AuthOptions, Credentials } from './auth.js';
import { backoffDelay, jittered } from './backoff.js';
import { randomUuid } from './uuid.js';

export interface GenerationClientOptions extends AuthOptions {
  /** The address of the API, for example `https://gen.example.org`. Default: the page's own origin. */
  apiUrl?: string;
  fetch?: typeof fetch;
  /** The limit of one request, in milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** How often reads and submissions are retried after a transient failure. Default 2. */
  retries?: number;
}

interface Call {
  method?: string;
  body?: unknown;
  /** Makes a POST repeatable. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Transient failures. */
const transient = new Set([0, 429, 502, 503, 504]);

/** If a server requests a longer delay than this, the request is not retried, so that the caller learns of it. In milliseconds. */
const longestPause = 10_000;

/** The REST API. Every method throws `ApiError`. */
export class GenerationClient {
  readonly #options: Required<Pick<GenerationClientOptions, 'apiUrl' | 'fetch' | 'timeoutMs' | 'retries'>>;
  readonly #credentials: Credentials;

  constructor(options: GenerationClientOptions = {}) {
    const { apiUrl = '', fetch = globalThis.fetch.bind(globalThis), timeoutMs = 30_000, retries = 2 } = options;
    this.#options = { apiUrl, fetch, timeoutMs, retries };
    this.#credentials = new Credentials(options);
  }

  /** Retried after a transient failure; the server recognizes the retry and starts only one generation. */
  submit(request: GenerationRequest, signal?: AbortSignal): Promise<SubmittedGeneration> {
    return this.#json('/api/generations', { method: 'POST', body: request, idempotencyKey: randomUuid(), signal });
  }

  status(id: string, signal?: AbortSignal): Promise<GenerationDetails> {
    return this.#json(generation(id), { signal });
  }

  list({ limit, status, q, cursor }: ListOptions = {}, signal?: AbortSignal): Promise<GenerationPage> {
    const wanted = Object.entries({ limit, status, q, cursor }).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(wanted.map(([name, value]) => [name, String(value)]));
    return this.#json(`/api/generations?${query}`, { signal });
  }

  cancel(id: string, signal?: AbortSignal): Promise<CancelReceipt> {
    return this.#json(`${generation(id)}/cancel`, { method: 'POST', signal });
  }

  /** Cancels an active generation, deletes one that has ended. */
  async remove(id: string, signal?: AbortSignal): Promise<void> {
    await this.#discard(generation(id), { method: 'DELETE', signal });
  }

  /** Submits the same request again, under a new id. */
  requeue(id: string, signal?: AbortSignal): Promise<SubmittedGeneration> {
    return this.#json(`${generation(id)}/requeue`, { method: 'POST', signal });
  }

  /** Uploads an input image; its `name` can be used in parameters and workflows. */
  upload(image: Blob, fileName = 'image.png', signal?: AbortSignal): Promise<{ name: string }> {
    const body = new FormData();
    body.append('image', image, fileName);
    return this.#json('/api/uploads', { method: 'POST', body, signal });
  }

  templates<T = unknown>(signal?: AbortSignal): Promise<T> {
    return this.#json('/api/templates', { signal });
  }

  /** A template with its workflow, as `saveTemplate` takes it. */
  template<T = unknown>(name: string, signal?: AbortSignal): Promise<T> {
    return this.#json(`/api/templates/${encodeURIComponent(name)}`, { signal });
  }

  /** Saves a new template; with a name, a new version of that one. */
  saveTemplate<T = unknown>(template: TemplateBody, name?: string, signal?: AbortSignal): Promise<T> {
    const path = name === undefined ? '/api/templates' : `/api/templates/${encodeURIComponent(name)}`;
    return this.#json(path, { method: name === undefined ? 'POST' : 'PUT', body: template, signal });
  }

  async deleteTemplate(name: string, signal?: AbortSignal): Promise<void> {
    await this.#discard(`/api/templates/${encodeURIComponent(name)}`, { method: 'DELETE', signal });
  }

  /** Reads a workflow of any format, also from a file written by ComfyUI; nothing is stored. */
  importWorkflow(file: Blob, fileName = 'workflow.json', signal?: AbortSignal): Promise<ImportedWorkflow> {
    const body = new FormData();
    body.append('file', file, fileName);
    return this.#json('/api/workflows/import', { method: 'POST', body, signal });
  }

  models<T = unknown>(signal?: AbortSignal): Promise<T> {
    return this.#json('/api/models', { signal });
  }

  instances<T = unknown>(signal?: AbortSignal): Promise<T> {
    return this.#json('/api/instances', { signal });
  }

  /** Running generations continue; no new ones start. For administrators. */
  pauseQueue(signal?: AbortSignal): Promise<QueueStatus> {
    return this.#json('/api/queue/pause', { method: 'POST', signal });
  }

  resumeQueue(signal?: AbortSignal): Promise<QueueStatus> {
    return this.#json('/api/queue/resume', { method: 'POST', signal });
  }

  queue(signal?: AbortSignal): Promise<QueueStatus> {
    return this.#json('/api/queue', { signal });
  }

  /** Moves a waiting generation to the front. For administrators. */
  promote(id: string, signal?: AbortSignal): Promise<QueueStatus> {
    return this.#json(`${generation(id)}/front`, { method: 'POST', signal });
  }

  /** Who the server takes the caller for. */
  session(signal?: AbortSignal): Promise<Session> {
    return this.#json('/api/session', { signal });
  }

  /** Exchanges the bearer token for a session cookie, which also authorizes images and sockets. */
  async startSession(signal?: AbortSignal): Promise<void> {
    await this.#discard('/api/session', { method: 'POST', signal });
  }

  async #discard(path: string, call: Call): Promise<void> {
    const response = await this.#send(path, call);
    await response.body?.cancel();
  }

  async #json<T>(path: string, call: Call): Promise<T> {
    const response = await this.#send(path, call);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw call.signal?.aborted ? error : ApiError.unreachable(error);
    }
  }

  async #send(path: string, call: Call): Promise<Response> {
    const { method = 'GET', idempotencyKey, signal } = call;
    const isRepeatable = method === 'GET' || idempotencyKey !== undefined;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#sendOnce(path, call);
      } catch (error) {
        if (!(error instanceof ApiError)) {
          throw error;
        }
        const expired = error.status === 401 && attempt === 0 && this.#credentials.usesTickets;
        const again = isRepeatable && attempt < this.#options.retries && transient.has(error.status);
        const pause = expired ? 0 : Math.max(jittered(error.retryAfterMs ?? 0), backoffDelay(attempt));
        if (!(expired || again) || pause > longestPause) {
          throw error;
        }
        if (expired) {
          this.#credentials.expire();
        }
        await delay(pause, signal);
      }
    }
  }

  async #sendOnce(path: string, { method = 'GET', body, idempotencyKey, signal }: Call): Promise<Response> {
    const { apiUrl, fetch, timeoutMs } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    const isJson = body !== undefined && !(body instanceof FormData);
    const headers = {
      ...(isJson && { 'Content-Type': 'application/json' }),
      ...(idempotencyKey && { 'Idempotency-Key': idempotencyKey }),
      ...(await this.#credentials.headers()),
    };
    let response: Response;
    try {
      response = await fetch(`${apiUrl}${path}`, {
        method,
        headers,
        credentials: this.#credentials.mode,
        body: isJson ? JSON.stringify(body) : (body as FormData | undefined),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
    } catch (error) {
      throw signal?.aborted ? signal.reason : ApiError.unreachable(error);
    }
    if (!response.ok) {
      throw await ApiError.from(response);
    }
    return response;
  }
}

function generation(id: string): string {
  return `/api/generations/${encodeURIComponent(id)}`;
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
