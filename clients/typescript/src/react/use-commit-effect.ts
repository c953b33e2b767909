import { useEffect, useLayoutEffect } from 'react';

/** A layout effect, except on a server, where none runs and React warns. */
export const useCommitEffect = typeof window === 'undefined' ? useEffect : useLayoutEffect;
