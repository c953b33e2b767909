import type { GenerationState } from '@lockngen/client';
import { about } from '../ui/duration';

/** "Queued - 3 ahead, about 42 s". */
export function waitText({ position, estimatedWaitSeconds }: GenerationState): string {
  const place = position === undefined ? 'Queued' : `Queued - ${position === 0 ? 'next' : `${position} ahead`}`;
  return estimatedWaitSeconds ? `${place}, ${about(estimatedWaitSeconds)}` : place;
}
