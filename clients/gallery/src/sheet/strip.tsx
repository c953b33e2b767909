import { isEnded, toResult } from '@lockngen/client';
import { ProgressErrorBoundary } from '@lockngen/client/react';
import { memo, useCallback, useMemo } from 'react';
import { type Generation, type GenerationRecord, promptOf } from '../generations/generation';
import { useServices } from '../platform/services';
import { arrange } from '../results/arrange';
import { duration } from '../ui/duration';
import { Failure } from './failure';
import { Outputs } from './outputs';
import { StripActions } from './strip-actions';
import { StripProgress } from './strip-progress';
import { Warnings } from './warnings';

interface StripProps {
  generation: Generation;
  /** The newest one is enlarged. */
  isLarge: boolean;
  onOpen(generationId: string, index: number): void;
}

/** One generation as a strip of film, from the waiting list to the finished pictures, without ever changing its place. */
export const Strip = memo(function Strip({ generation, isLarge, onOpen }: StripProps) {
  const { identity } = useServices();
  const { id, state, record } = generation;
  const hasEnded = isEnded(state.status);
  const prompt = promptOf(generation) || (record ? 'Untitled' : 'A prompt from outside');
  const expected = expectedCount(generation);
  const outputs = useMemo(() => arrange(state.images.map(toResult), expected), [state.images, expected]);
  const frames = outputs.reduce((sum, { film }) => sum + film.length, 0);
  const open = useCallback((index: number) => onOpen(id, index), [onOpen, id]);
  const author = record?.metadata?.userName;
  const facts = [
    state.status === 'completed' && state.durationSeconds != null && `Done in ${duration(state.durationSeconds)}`,
    state.status === 'cancelled' && 'Cancelled',
    state.waitsBehind === undefined ? state.instance : `waits at ${state.instance} behind ${state.waitsBehind}`,
    typeof author === 'string' && author && `by ${author}`,
    !record && 'not from LockN Gen',
    identity.view === 'operator' && record?.owner && `session ${record.owner.slice(0, 8)}`,
  ].filter(Boolean);
  return (
    <article
      className="strip"
      data-testid="generation"
      data-generation-id={id}
      data-status={state.status}
      data-large={isLarge || undefined}
      data-frames={frames > 12 ? 'many' : frames > 2 ? 'some' : 'few'}
      aria-label={prompt}
    >
      {outputs.length > 0 && (
        <Outputs
          outputs={outputs}
          expectedAspect={expectedAspect(record)}
          previewUrl={state.preview ?? state.previewUrl}
          isRunning={state.status === 'running'}
          alt={prompt}
          onOpen={open}
        />
      )}
      <div className="caption space-y-2 px-1">
        <p
          className={`font-serif leading-tight break-words ${isLarge ? 'line-clamp-4 text-2xl sm:text-3xl' : 'line-clamp-2 text-xl'}`}
        >
          {prompt}
        </p>
        {!hasEnded && (
          <ProgressErrorBoundary>
            <StripProgress state={state} label={`Progress of ${prompt}`} />
          </ProgressErrorBoundary>
        )}
        {state.status === 'failed' && state.error && <Failure failure={state.error} />}
        <Warnings warnings={state.warnings} />
        {facts.length > 0 && (
          <p className="text-sm text-soft" data-testid="facts">
            {facts.join(' · ')}
          </p>
        )}
        {(record || !hasEnded) && <StripActions generation={generation} />}
      </div>
    </article>
  );
});

/** The number of requested results; at the end, the number of actual ones. */
function expectedCount({ state, record }: Generation): number {
  return isEnded(state.status) ? 0 : Math.max(record?.count ?? state.totalImages ?? 1, 1);
}

function expectedAspect(record: GenerationRecord | undefined): number {
  const { width, height } = record?.parameters ?? {};
  return Number(width) > 0 && Number(height) > 0 ? Number(width) / Number(height) : 1;
}
