import { ApiError } from '@lockngen/client';
import { useState } from 'react';
import { type Generation, promptOf } from '../generations/generation';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { about } from '../ui/duration';

/** One prompt of any owner, and what an operator can do with it. */
export function QueueRow({ generation }: { generation: Generation }) {
  const { client, feed } = useServices();
  const [refusal, setRefusal] = useState('');
  const { id, state, record } = generation;
  const isQueued = state.status === 'queued';
  const prompt = promptOf(generation) || 'from outside';

  const run = async (action: () => Promise<unknown>) => {
    setRefusal('');
    try {
      await action();
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.message : String(error));
    }
  };

  return (
    <tr className="border-t border-line">
      <td className="py-2 pr-4 tabular-nums">
        {isQueued ? (state.position ?? 0) + 1 : `${Math.round(state.overallProgress)} %`}
      </td>
      <td className="max-w-72 truncate py-2 pr-4">{prompt}</td>
      <td className="py-2 pr-4 text-soft">{String(record?.metadata?.userName ?? record?.owner?.slice(0, 8) ?? '–')}</td>
      <td className="py-2 pr-4 text-soft">{state.instance ?? '–'}</td>
      <td className="py-2 pr-4 text-soft tabular-nums">
        {isQueued && state.estimatedWaitSeconds != null ? about(state.estimatedWaitSeconds) : '–'}
      </td>
      <td className="text-right whitespace-nowrap">
        <span role="status" className="pr-2 text-ink">
          {refusal}
        </span>
        {record && isQueued && (
          <Button
            look="icon"
            icon="arrowUp"
            className="size-8!"
            aria-label={`Move ${prompt} to the front`}
            title="Move to the front"
            onClick={() => run(() => client.promote(id))}
          />
        )}
        {record && (
          <Button
            look="icon"
            icon="close"
            className="size-8!"
            aria-label={`Cancel ${prompt}`}
            title="Cancel"
            onClick={() => run(() => feed.cancel(id))}
          />
        )}
      </td>
    </tr>
  );
}
