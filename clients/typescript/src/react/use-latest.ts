import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

// Layout effects do not run on a server, and React warns there.
const useCommitEffect = typeof window === 'undefined' ? useEffect : useLayoutEffect;

/** Always the value of the latest render: for handlers in long-lived subscriptions, which would go stale otherwise. */
export function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value);
  useCommitEffect(() => {
    ref.current = value;
  });
  return ref;
}
