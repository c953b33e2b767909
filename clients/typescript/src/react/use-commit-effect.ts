import { useEffect, useLayoutEffect } from 'react';

/** A layout effect, except on a server, where React would warn that it does not run. */
export const useCommitEffect = typeof window === 'undefined' ? useEffect : useLayoutEffect;
