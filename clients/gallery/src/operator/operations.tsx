import { ApiError } from '@lockngen/client';
import { useState } from 'react';
import { Refusal } from '../compose/refusal';
import { useServices } from '../platform/services';
import { useFeed } from '../platform/use-feed';
import { Button } from '../ui/button';
import { InstanceCard } from './instance-card';
import { stateWords } from './instances';
import { QueueTable } from './queue-table';
import { useOperations } from './use-operations';

const dots = { up: 'bg-good', down: 'bg-bad', unresponsive: 'bg-warn', needsRestart: 'bg-warn', unwatched: 'bg-edge' };

/** For operators: the state of each instance, the queue, and the switch that pauses it. */
export function Operations() {
  const { client } = useServices();
  const { generations } = useFeed();
  const { state, refresh } = useOperations();
  const [isOpen, setOpen] = useState(false);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const waiting = generations.filter((generation) => generation.state.status === 'queued');
  const running = generations.filter((generation) => ['running', 'dispatched'].includes(generation.state.status));
  if (!state) {
    return null;
  }
  const { instances, queue } = state;

  const toggle = async () => {
    setRefusal(null);
    try {
      await (queue.paused ? client.resumeQueue() : client.pauseQueue());
      await refresh();
    } catch (error) {
      setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
    }
  };

  return (
    <section aria-label="Operations" className="mx-auto w-full max-w-4xl text-sm" data-testid="operations">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2 px-2">
        <ul className="flex min-w-0 flex-wrap gap-x-5 gap-y-1" aria-label="Machines">
          {instances.map(({ name, state }) => (
            <li key={name} className="flex items-center gap-2 text-soft">
              <span className={`size-2 rounded-full ${dots[state]}`} aria-hidden="true" />
              {name}
              <span className={state === 'up' ? 'sr-only' : 'text-ink'}>{stateWords[state]}</span>
            </li>
          ))}
          {instances.length === 0 && <li className="text-soft">No machine has reported yet.</li>}
        </ul>
        <p className="text-soft tabular-nums" data-testid="queue-summary">
          {queue.active} developing · {queue.waiting} waiting
          {queue.paused && <strong className="text-warn"> · queue paused</strong>}
        </p>
        <div className="ml-auto flex gap-1">
          <Button look="quiet" icon={queue.paused ? 'play' : 'pause'} onClick={toggle}>
            {queue.paused ? 'Resume queue' : 'Pause queue'}
          </Button>
          <Button
            look="quiet"
            aria-expanded={isOpen}
            aria-controls="operations-details"
            onClick={() => setOpen(!isOpen)}
          >
            Details
          </Button>
        </div>
      </div>
      {refusal && <Refusal error={refusal} />}
      {isOpen && (
        <div id="operations-details" className="mt-4 space-y-6 rounded-3xl border border-line bg-surface p-5 sm:p-7">
          <ul className="grid gap-3 sm:grid-cols-2" aria-label="Machines in detail">
            {instances.map((instance) => (
              <InstanceCard key={instance.name} instance={instance} />
            ))}
          </ul>
          <QueueTable running={running} waiting={waiting} />
        </div>
      )}
    </section>
  );
}
