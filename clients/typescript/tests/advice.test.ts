import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ApiError, adviceFor, GenerationError, initialState } from '../src/index.js';

/** The codes that a C# file declares: the server's own list. */
function codesOf(path: string): string[] {
  const source = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  return [...source.matchAll(/public const string \w+ = "([a-z0-9_]+)"/g)].map(([, code]) => code ?? '');
}

const failures = codesOf('contracts/LockNGen.Contracts/Events/GenerationErrorCodes.cs');
const problems = codesOf('libs/LockNGen.Web/Problems/ProblemCodes.cs');
const general = [true, false].map((retryable) => adviceFor({ code: 'of_tomorrow', retryable }));

describe('a failed generation', () => {
  it('has codes to advise on', () => expect(failures).toContain('missing_model'));

  it.each(failures)('with %s comes with advice of its own', (code) => {
    expect(general).not.toContain(adviceFor({ code }));
    const state = { ...initialState('g'), status: 'failed' as const, error: { code, message: 'As ComfyUI said.' } };
    expect(new GenerationError(state).suggestion).toBe(adviceFor({ code }));
  });

  it('with a code of tomorrow is judged by whether it may pass', () => {
    expect(general[0]).toContain('run it again');
    expect(general[1]).toContain('change the settings first');
  });
});

describe('a refused request', () => {
  const adviceOf = (code: string, status = 400, retryAfter?: number) =>
    new ApiError(status, { code }, retryAfter).suggestion;

  it('has codes to advise on', () => expect(problems).toContain('queue_full'));

  it.each(problems)('with %s comes with advice, whatever the status', (code) => {
    // A status that alone says nothing: the code has to.
    expect(adviceOf(code, 418)).not.toBe(adviceOf('of_tomorrow', 418));
    expect(adviceOf(code, 418)).toMatch(/^[A-Z].*\.$/);
  });

  it.each([429, 503])('with %i says when to come back', (status) => {
    expect(adviceOf('queue_full', status, 7_000)).toBe('Too many are waiting. Try again in 7 s.');
    expect(adviceOf('of_a_proxy', status)).toBe('Try again in a moment.');
  });

  it.each([
    [0, /connection/],
    [400, /^Change the request/],
    [401, /^Sign in/],
    [404, /deleted/],
    [502, /operator/],
  ])('without a code is judged by its status %i', (status, advice) => {
    expect(new ApiError(status, {}).suggestion).toMatch(advice);
  });
});
