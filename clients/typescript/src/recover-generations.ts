import { ApiError } from './api-error.js';
import type { GenerationClient } from './generation-client.js';
import type { GenerationState } from './generation-state.js';
import type { RecoveryStore } from './recovery-store.js';

/** Claims what an earlier visit was following, newest first, except what the server has forgotten since. */
export async function recoverGenerations(
  store: RecoveryStore,
  client: Pick<GenerationClient, 'status'>,
  count?: number,
): Promise<GenerationState[]> {
  const claimed = await store.claim(count);
  const known = await Promise.all(claimed.map(({ generationId }) => exists(client, generationId)));
  for (const [index, { generationId }] of claimed.entries()) {
    if (!known[index]) {
      store.forget(generationId);
    }
  }
  return claimed.filter((_, index) => known[index]);
}

/** When in doubt, true: an unreachable server has not denied it. */
async function exists(client: Pick<GenerationClient, 'status'>, id: string): Promise<boolean> {
  try {
    await client.status(id);
    return true;
  } catch (error) {
    return !(error instanceof ApiError && error.status === 404);
  }
}
