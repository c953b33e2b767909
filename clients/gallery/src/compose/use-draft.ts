import { useSyncExternalStore } from 'react';
import { useServices } from '../app/services';
import type { Draft } from './draft-store';

export function useDraft(): Draft {
  const { draft } = useServices();
  return useSyncExternalStore(draft.subscribe, draft.getSnapshot);
}
