import { useState } from 'react';
import { type Generation, promptOf } from '../generations/generation';
import { Button } from '../ui/button';
import { StripActions } from './strip-actions';
import { waitText } from './wait-text';

/** The number of lines that leaves room for the pictures. */
const shortLength = 4;

/** The waiting generations in order, one line each, until they move to the film. */
export function WaitingList({ queue }: { queue: readonly Generation[] }) {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? queue : queue.slice(0, shortLength);
  return (
    <div className="w-full space-y-2">
      <ol aria-label="Waiting" className="divide-y divide-line rounded-2xl border border-line bg-surface/60">
        {shown.map((generation) => (
          <Waiting key={generation.id} generation={generation} />
        ))}
      </ol>
      {queue.length > shortLength && (
        <Button look="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Show the next ones only' : `Show all ${queue.length} in line`}
        </Button>
      )}
    </div>
  );
}

function Waiting({ generation }: { generation: Generation }) {
  const { id, state, record } = generation;
  const count = record?.count ?? 1;
  return (
    <li
      className="flex flex-wrap items-center gap-x-5 gap-y-1 px-4 py-2.5"
      data-testid="generation"
      data-generation-id={id}
      data-status={state.status}
    >
      <span className="font-mono text-xs text-accent-text tabular-nums" aria-hidden="true">
        {(state.position ?? 0) + 1}
      </span>
      <span className="min-w-0 flex-1 basis-60 truncate font-serif text-xl">
        {promptOf(generation) || 'A prompt from outside'}
      </span>
      <span className="text-sm text-soft tabular-nums">
        {count > 1 && `${count} pictures · `}
        {waitText(state)}
      </span>
      <StripActions generation={generation} />
    </li>
  );
}
