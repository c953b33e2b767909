import { problemAdviceFor } from './advice.js';
import { retryAfterMs } from './retry-after.js';

interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  errors?: readonly ProblemError[];
}

/** One error in a request. */
export interface ProblemError {
  /** The field of the request, for example `count` or `parameters.width`. */
  readonly field?: string | null;
  /** Of the workflow. */
  readonly nodeId?: string | null;
  readonly nodeType?: string | null;
  readonly input?: string | null;
  /** For programs. */
  readonly code: string;
  /** For people. */
  readonly message: string;
}

/** A refusal or failure of the API, from its RFC 9457 problem details; `message` can be shown to a user. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0 if the server could not be reached. */
  readonly status: number;
  readonly code: string;
  /** The kind of problem, in a few words. */
  readonly title: string;
  /** What is wrong in this case, if the server says so. */
  readonly detail: string | undefined;
  /** The errors of individual fields and nodes. */
  readonly errors: readonly ProblemError[];
  /** What the user can do about it. */
  readonly suggestion: string;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, problem: Problem, retryAfter?: number, options?: ErrorOptions) {
    super(problem.detail ?? problem.title ?? titles[status] ?? `The server answered ${status}.`, options);
    this.status = status;
    this.title = problem.title ?? titles[status] ?? `HTTP ${status}`;
    this.detail = problem.detail;
    this.code = problem.code ?? (status === 0 ? 'unreachable' : `http_${status}`);
    this.errors = problem.errors ?? [];
    this.suggestion = problemAdviceFor(problem.code, status, retryAfter);
    this.retryAfterMs = retryAfter;
  }

  static async from(response: Response): Promise<ApiError> {
    const isJson = response.headers.get('Content-Type')?.includes('json');
    const problem: Problem = isJson ? await response.json().catch(() => ({})) : {};
    return new ApiError(response.status, problem, retryAfterMs(response.headers.get('Retry-After')));
  }

  static unreachable(cause: unknown): ApiError {
    return new ApiError(0, {}, undefined, { cause });
  }
}

const titles: Record<number, string> = {
  0: 'The server cannot be reached.',
  401: 'You are not signed in.',
  403: 'You are not allowed to do this.',
  404: 'This generation does not exist.',
  413: 'The file is too large.',
  429: 'Too many requests.',
  503: 'The server is busy.',
};
