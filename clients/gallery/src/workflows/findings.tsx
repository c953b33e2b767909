import type { ImportedWorkflow } from '@lockngen/client';

/** Which instances can run a workflow, and what the others lack. */
export function Findings({ imported }: { imported: ImportedWorkflow }) {
  const { runsOn, findings } = imported;
  return (
    <section aria-label="Who can run it" className="space-y-2 text-sm" data-testid="findings">
      <p className="text-ink">
        {runsOn.length > 0 ? `Runs on ${runsOn.join(', ')}.` : 'No instance can run it as it is.'}
      </p>
      {findings.length > 0 && (
        <ul className="list-disc space-y-1 pl-5 text-soft">
          {findings.map(({ message, instances, nearest }) => (
            <li key={`${message} ${instances.join()}`} className="break-words">
              {instances.length > 0 && <span className="text-ink">{instances.join(', ')}: </span>}
              {message}
              {nearest.length > 0 && <span> Nearest: {nearest.join(', ')}.</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
