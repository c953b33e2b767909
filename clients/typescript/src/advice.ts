import type { GenerationFailure } from './events.js';

/** What users can do about a failed generation, by the codes of the contract. */
const failureAdvice: Readonly<Record<string, string>> = {
  node_error: 'A step of the workflow failed. Change the settings that it names, then run it again.',
  out_of_memory: 'The graphics card ran out of memory. Choose a smaller size or fewer pictures, then run it again.',
  invalid_workflow: 'ComfyUI did not accept the workflow. Change what it names, then run it again.',
  missing_model: 'No machine has this model. Choose another one, then run it again.',
  comfyui_lost: 'The machine went away while it worked, more than once. Run it again in a minute.',
  comfyui_unresponsive: 'The machine stopped answering. Run it again in a minute; another machine may take it.',
  worker_died:
    'It brought one machine down after the other. Use a smaller size or other nodes before you run it again.',
  too_large:
    'It is larger than the machine takes. Use smaller files or a smaller workflow; sending it again as it is will not help.',
  timeout: 'It took longer than allowed. Use fewer steps or a smaller size, then run it again.',
  queue_timeout: 'It waited longer than allowed and was never started. Run it again when fewer are waiting.',
  storage_failed: 'It was made, but could not be stored. Run it again; if that happens twice, tell the operator.',
  internal_error: 'Something broke on our side. Run it again; if that happens twice, tell the operator.',
};

/** What users can do about a failure; for unknown codes this depends on whether the same request may succeed later. */
export function adviceFor({ code, retryable }: Pick<GenerationFailure, 'code' | 'retryable'>): string {
  return (
    failureAdvice[code] ??
    (retryable
      ? 'This may pass by itself: run it again.'
      : 'Running it again would fail the same way: change the settings first.')
  );
}

const changeAsDescribed = 'Change the request as described and send it again.';
const signIn = 'Sign in and try again.';
const notYours = 'Check that it is yours and was not deleted.';
const tellOperator = 'Try again; if it happens again, tell the operator what you did.';

/** What users can do about a refused request, by the code of the problem. */
const problemAdvice: Readonly<Record<string, string>> = {
  invalid_request: changeAsDescribed,
  name_taken: 'Choose another name.',
  read_only: 'Save a copy under another name.',
  no_workflow:
    'Choose the workflow’s JSON, or a file that ComfyUI itself wrote; many programs take workflows out of pictures.',
  malformed_json: 'The request cannot be read. Reload the page and send it again.',
  unauthorized: signIn,
  forbidden: 'Your sign-in does not allow this. Ask the operator for the right to do it.',
  not_found: notYours,
  method_not_allowed: 'The server is of another version than this page. Reload the page.',
  generation_cancelled: 'It was cancelled meanwhile. Send it again if that was not intended.',
  id_taken: 'Choose another id, or leave it out.',
  stale_attempt: 'Another machine has taken it over; nothing needs to be done.',
  too_large: 'Choose a smaller file.',
  unsupported_image: 'Choose a PNG, JPEG, WebP or GIF.',
  unsupported_media_type: 'Choose a file of another type.',
  idempotency_conflict: 'The same key was used for another request. Send it again with a new one.',
  quota_exceeded: 'Your files take up all the room that you have. Delete some, then try again.',
  storage_full: 'The server has no room for more files. Try again later, or tell the operator.',
  rate_limited: 'You have sent many requests.',
  internal_error: 'Something broke on our side. Try again; if it happens again, tell the operator.',
  generation_failed: 'See what ComfyUI said, change the settings, and send it again.',
  queue_full: 'Too many are waiting.',
  storage_unavailable: 'The files cannot be reached at the moment. Try again in a few seconds.',
  conflict: 'It is not in the state that this needs. Look at it again.',
  unavailable: 'The server is not ready.',
  database_unavailable: 'The server is not ready; nothing was accepted.',
};

/** The advice for a problem without a code, for example from a proxy. */
const statusAdvice: Readonly<Record<number, string>> = {
  0: 'Check your connection and try again.',
  400: changeAsDescribed,
  401: signIn,
  403: notYours,
  404: notYours,
  413: changeAsDescribed,
  415: changeAsDescribed,
  422: changeAsDescribed,
};

/** What users can do about a refusal; `retryAfterMs` is the delay that the server requested. */
export function problemAdviceFor(code: string | undefined, status: number, retryAfterMs: number | undefined): string {
  const advice = problemAdvice[code ?? ''];
  if (status !== 429 && status !== 503) {
    return advice ?? statusAdvice[status] ?? tellOperator;
  }
  const seconds = Math.ceil((retryAfterMs ?? 0) / 1_000);
  return [advice, `Try again in ${seconds > 0 ? `${seconds} s` : 'a moment'}.`].filter(Boolean).join(' ');
}
