import { useSyncExternalStore } from 'react';
import type { Feed } from '../generations/generation-feed';
import { useServices } from './services';

export function useFeed(): Feed {
  const { feed } = useServices();
  return useSyncExternalStore(feed.subscribe, feed.getSnapshot);
}
