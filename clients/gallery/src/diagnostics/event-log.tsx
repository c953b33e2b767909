import { useState } from 'react';
import { Button } from '../ui/button';
import { Select } from '../ui/select';
import type { LogEntry } from './event-recorder';

interface EventLogProps {
  log: readonly LogEntry[];
  onClear(): void;
}

/** The received messages, unchanged, newest first. */
export function EventLog({ log, onClear }: EventLogProps) {
  const [frozen, setFrozen] = useState<readonly LogEntry[] | null>(null);
  const [type, setType] = useState('');
  const entries = frozen ?? log;
  const types = [...new Set(entries.map((entry) => entry.type))].sort();
  const shown = type ? entries.filter((entry) => entry.type === type) : entries;
  return (
    <section aria-labelledby="events" className="space-y-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="events" className="mr-auto font-serif text-3xl">
          Raw events
        </h2>
        <Select aria-label="Type" value={type} onChange={(event) => setType(event.target.value)}>
          <option value="">All types</option>
          {types.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Button
          icon={frozen ? 'play' : 'pause'}
          aria-pressed={frozen !== null}
          onClick={() => setFrozen(frozen ? null : log)}
        >
          {frozen ? 'Go on' : 'Hold'}
        </Button>
        <Button icon="copy" onClick={() => navigator.clipboard?.writeText(shown.map(({ text }) => text).join('\n'))}>
          Copy
        </Button>
        <Button icon="trash" onClick={onClear}>
          Clear
        </Button>
      </div>
      <ol
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Raw events"
        className="h-112 overflow-auto rounded-2xl border border-line bg-surface p-4 font-mono text-xs leading-relaxed"
        data-testid="event-log"
      >
        {shown.map(({ id, at, type: name, text }) => (
          <li key={id} className="flex gap-4 border-b border-line/60 py-1">
            <time className="shrink-0 text-soft tabular-nums">{new Date(at).toISOString().slice(11, 23)}</time>
            <span className="w-44 shrink-0 truncate text-accent-text">{name}</span>
            <span className="break-all">{text}</span>
          </li>
        ))}
        {shown.length === 0 && <li className="text-soft">Nothing yet.</li>}
      </ol>
    </section>
  );
}
