import { bounds, summarize } from './latency';

const labels = [...bounds.map((bound) => `≤ ${bound}`), `> ${bounds.at(-1)}`];

/** How long events take from the watcher, which receives them from ComfyUI, to this screen. */
export function LatencyHistogram({ latencies }: { latencies: readonly number[] }) {
  const { counts, total, median, p99 } = summarize(latencies);
  const highest = Math.max(1, ...counts);
  return (
    <section aria-labelledby="latency" className="space-y-4" data-testid="latency">
      <h2 id="latency" className="font-serif text-3xl">
        From the watcher to the screen
      </h2>
      <p className="text-soft tabular-nums">
        {total === 0
          ? 'No event has been measured yet: generate a picture.'
          : `${total} events · half within ${Math.round(median)} ms · 99 % within ${Math.round(p99)} ms`}
      </p>
      <table className="w-full text-sm">
        <caption className="sr-only">Number of events by latency in milliseconds</caption>
        <tbody>
          {labels.map((label, index) => {
            const count = counts[index] ?? 0;
            return (
              <tr key={label}>
                <th
                  scope="row"
                  className="w-20 py-0.5 pr-3 text-right font-normal whitespace-nowrap text-soft tabular-nums"
                >
                  {label} ms
                </th>
                <td className="py-0.5">
                  <span
                    className="block h-3 min-w-px rounded-r-full bg-accent transition-[width] motion-reduce:transition-none"
                    style={{ width: `${(100 * count) / highest}%` }}
                  />
                </td>
                <td className="w-14 pl-3 text-right tabular-nums">{count}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="text-xs text-soft">
        Measured from the timestamp in the event to the frame that shows it. Exact on one machine; between two it
        includes the difference of their clocks.
      </p>
    </section>
  );
}
