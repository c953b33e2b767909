import type { Generation } from '../generations/generation';
import { QueueRow } from './queue-row';

interface QueueTableProps {
  running: readonly Generation[];
  waiting: readonly Generation[];
}

const titles = ['Place', 'Prompt', 'By', 'Where', 'Wait'];

/** The prompts of all owners, in the order of processing. */
export function QueueTable({ running, waiting }: QueueTableProps) {
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
            {titles.map((title) => (
              <th key={title} scope="col" className="py-1 pr-4 font-normal">
                {title}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((generation) => (
            <QueueRow key={generation.id} generation={generation} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
