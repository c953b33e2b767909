import { isEnded } from '@lockngen/client';
import { ProgressErrorBoundary } from '@lockngen/client/react';
import { type CSSProperties, memo } from 'react';
import { useServices } from '../app/services';
import { type Generation, promptOf } from '../generations/generation';
import { duration } from '../ui/duration';
import { Failure } from './failure';
import { Frame } from './frame';
import { StripActions } from './strip-actions';
import { StripProgress } from './strip-progress';

interface StripProps {
  generation: Generation;
  /** The newest one is enlarged. */
  isLarge: boolean;
  onOpen(generationId: string, imageIndex: number): void;
}

/** One generation as a strip of film, from the waiting list to the finished pictures, without ever changing its place. */
export const Strip = memo(function Strip({ generation, isLarge, onOpen }: StripProps) {
  const { identity } = useServices();
  const { id, state, record } = generation;
  const hasEnded = isEnded(state.status);
  const prompt = promptOf(generation) || (record ? 'Untitled' : 'A prompt from outside');
  const shown = frameCount(generation);
  const aspectRatio = aspectOf(generation);
  const author = record?.metadata?.userName;
  const facts = [
    state.status === 'completed' && state.durationSeconds != null && `Done in ${duration(state.durationSeconds)}`,
    state.status === 'cancelled' && 'Cancelled',
    state.instance,
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
      data-frames={shown > 12 ? 'many' : shown > 2 ? 'some' : 'few'}
      style={{ '--aspect': aspectRatio } as CSSProperties}
      aria-label={prompt}
    >
      {shown > 0 && (
        <div className="film">
          <ol className="frames" aria-label="Pictures">
            {Array.from({ length: shown }, (_, index) => {
              const number = index + 1;
              const image = state.images.find((candidate) => candidate.index === number);
              const isExposing = state.status === 'running' && !image && number === state.images.length + 1;
              return (
                <li key={number} className="frame-slot">
                  <Frame
                    number={number}
                    image={image}
                    previewUrl={isExposing ? (state.preview ?? state.previewUrl) : undefined}
                    isExposing={isExposing}
                    alt={prompt}
                    onOpen={() => onOpen(id, number)}
                  />
                  <p className="edge-print">
                    <span aria-hidden="true">▸{number}</span>
                    {image?.seed != null && (
                      <span data-testid="seed" title={`Seed ${image.seed}`} className="truncate">
                        <span className="seed-word">seed </span>
                        {image.seed}
                      </span>
                    )}
                  </p>
                </li>
              );
            })}
          </ol>
        </div>
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

/** As many frames as pictures are wanted, or more when a workflow made more than it was asked for; at the end, as many as came out. */
function frameCount({ state, record }: Generation): number {
  const last = state.images.at(-1)?.index ?? 0;
  if (isEnded(state.status)) {
    return last;
  }
  return Math.max(record?.count ?? state.totalImages ?? 1, last, 1);
}

function aspectOf({ state, record }: Generation): number {
  const { width, height } = state.images[0] ?? record?.parameters ?? {};
  return Number(width) > 0 && Number(height) > 0 ? Number(width) / Number(height) : 1;
}
