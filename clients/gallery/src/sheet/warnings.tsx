import type { GenerationWarning } from '@lockngen/client';
import { Icon } from '../ui/icon';

/** What users should know although nothing failed: a single warning is shown, several can be expanded. */
export function Warnings({ warnings }: { warnings: readonly GenerationWarning[] }) {
  if (warnings.length === 0) {
    return null;
  }
  const list = (
    <ul aria-label="Warnings" className="space-y-1" data-testid="warnings">
      {warnings.map(({ code, message, nodeId }) => (
        <li key={`${code} ${nodeId} ${message}`} className="flex gap-2 text-sm break-words text-soft">
          <Icon name="warning" className="mt-0.5 size-4 text-warn" />
          <span className="min-w-0">{message}</span>
        </li>
      ))}
    </ul>
  );
  return warnings.length === 1 ? (
    list
  ) : (
    <details>
      <summary className="w-fit py-1 text-sm text-soft underline decoration-line underline-offset-4 hover:text-ink">
        {warnings.length} things to know
      </summary>
      {list}
    </details>
  );
}
