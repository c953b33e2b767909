import { useWebSocketConnection } from '@lockngen/client/react';
import { useEffect, useRef } from 'react';
import { navigate } from '../platform/navigation';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { signalOf } from './signal';
import { useOnline } from './use-online';

const transports = { websocket: 'WebSocket', sse: 'Server-sent events', polling: 'Polling' };

/** Whether the page is live, and the quality of the connection. */
export function ConnectionIndicator() {
  const { identity } = useServices();
  const { connectionStatus, transport, reconnectAttempts, error, quality, reconnect } = useWebSocketConnection();
  const isOnline = useOnline();
  const { bars, word } = signalOf(isOnline ? connectionStatus : 'disconnected', transport, quality);
  const details = useRef<HTMLDetailsElement>(null);

  useEffect(() => {
    const closeOutside = (event: PointerEvent) => {
      if (details.current?.open && !details.current.contains(event.target as Node)) {
        details.current.open = false;
      }
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, []);

  const facts: readonly (readonly [string, string])[] = [
    ['Transport', transport ? transports[transport] : 'none'],
    [
      'Round trip',
      quality.averageLatencyMs === null ? 'not measured yet' : `${Math.round(quality.averageLatencyMs)} ms`,
    ],
    ['Dropped', `${(quality.dropRate * 100).toFixed(1)} %`],
    ['Reconnects', String(quality.reconnects)],
  ];
  return (
    <details ref={details} className="relative" data-testid="connection" data-status={connectionStatus}>
      <summary className="flex h-10 list-none items-center gap-2 rounded-full px-3 text-sm text-soft hover:bg-raised hover:text-ink">
        <span className="flex items-end gap-0.5" aria-hidden="true">
          {[1, 2, 3].map((bar) => (
            <span
              key={bar}
              className={`w-1 rounded-full ${['h-1.5', 'h-2.5', 'h-3.5'][bar - 1]} ${bar <= bars ? (bars === 1 ? 'bg-warn' : 'bg-good') : 'bg-line'}`}
            />
          ))}
        </span>
        <span role="status" aria-label={`Connection: ${word}`}>
          {word}
        </span>
      </summary>
      <div className="absolute right-0 z-20 mt-2 w-72 space-y-3 rounded-2xl border border-line bg-raised p-4 text-sm shadow-2xl">
        <dl className="grid grid-cols-2 gap-y-1.5">
          {facts.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-soft">{name}</dt>
              <dd className="text-right tabular-nums">{value}</dd>
            </div>
          ))}
        </dl>
        {error && (
          <p className="text-ink">
            {error.message} {error.suggestion}
          </p>
        )}
        {connectionStatus !== 'connected' && reconnectAttempts > 0 && (
          <p className="text-soft">Attempt {reconnectAttempts}</p>
        )}
        <div className="flex justify-between">
          <a
            href={identity.view === 'public' ? '/public/diagnostics' : '/diagnostics'}
            onClick={navigate}
            className="py-2 text-accent-text underline underline-offset-4"
          >
            Diagnostics
          </a>
          {connectionStatus === 'error' && (
            <Button className="h-9" onClick={reconnect}>
              Reconnect
            </Button>
          )}
        </div>
      </div>
    </details>
  );
}
