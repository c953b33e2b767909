import { type RefObject, useRef } from 'react';
import { useCommitEffect } from './use-commit-effect.js';

/** Always the value of the latest render: for handlers in long-lived subscriptions, which would otherwise be stale. */
export function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value);
  useCommitEffect(() => {
    ref.current = value;
  });
  return ref;
}
