import { useServices } from '../app/services';
import { type Generation, promptOf } from '../generations/generation';
import { Button } from '../ui/button';
import { about } from '../ui/duration';

interface QueueTableProps {
  running: readonly Generation[];
  waiting: readonly Generation[];
}

/** Everybody's prompts, in the order in which they are done. */
export function QueueTable({ running, waiting }: QueueTableProps) {
  const { feed } = useServices();
  const queue = [...waiting].sort((a, b) => (a.state.position ?? 0) - (b.state.position ?? 0));
  const rows = [...running, ...queue];
  if (rows.length === 0) {
    return <p className="text-soft">Nothing is waiting, and nothing is being made.</p>;
  }
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left" data-testid="queue">
        <caption className="sr-only">The queue</caption>
        <thead className="text-soft">
          <tr>
            {['Place', 'Prompt', 'By', 'Where', 'Wait'].map((title) => (
              <th key={title} scope="col" className="py-1 pr-4 font-normal">
                {title}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((generation) => {
            const { id, state, record } = generation;
            const isQueued = state.status === 'queued';
            return (
              <tr key={id} className="border-t border-line">
                <td className="py-2 pr-4 tabular-nums">
                  {isQueued ? (state.position ?? 0) + 1 : `${Math.round(state.overallProgress ?? 0)} %`}
                </td>
                <td className="max-w-72 truncate py-2 pr-4">{promptOf(generation) || 'from outside'}</td>
                <td className="py-2 pr-4 text-soft">
                  {String(record?.metadata?.userName ?? record?.owner?.slice(0, 8) ?? '–')}
                </td>
                <td className="py-2 pr-4 text-soft">{state.instance ?? '–'}</td>
                <td className="py-2 pr-4 text-soft tabular-nums">
                  {isQueued && state.estimatedWaitSeconds != null ? about(state.estimatedWaitSeconds) : '–'}
                </td>
                <td className="text-right">
                  {record && (
                    <Button
                      look="icon"
                      icon="close"
                      className="size-8!"
                      aria-label={`Cancel ${promptOf(generation)}`}
                      onClick={() => feed.cancel(id).catch(() => undefined)}
                    />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
