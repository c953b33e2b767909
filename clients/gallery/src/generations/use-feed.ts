import { useSyncExternalStore } from 'react';
import { useServices } from '../app/services';
import type { Feed } from './generation-feed';

export function useFeed(): Feed {
  const { feed } = useServices();
  return useSyncExternalStore(feed.subscribe, feed.getSnapshot);
}
