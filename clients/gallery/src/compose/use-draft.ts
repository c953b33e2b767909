import { useSyncExternalStore } from 'react';
import type { Draft } from '../platform/draft-store';
import { useServices } from '../platform/services';

export function useDraft(): Draft {
  const { draft } = useServices();
  return useSyncExternalStore(draft.subscribe, draft.getSnapshot);
}
