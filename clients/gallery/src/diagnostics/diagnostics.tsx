import { useConnection, useRenderMetrics, useWebSocketConnection } from '@lockngen/client/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { navigate } from '../platform/navigation';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { byteSize } from '../ui/byte-size';
import { EventLog } from './event-log';
import { EventRecorder } from './event-recorder';
import { LatencyHistogram } from './latency-histogram';

/** Diagnostics of the connection: open it, close it, ping it, read its messages. */
export default function Diagnostics() {
  const { identity } = useServices();
  const connection = useConnection();
  const { connectionStatus, transport, error, reconnectAttempts, quality } = useWebSocketConnection();
  const [recorder] = useState(() => new EventRecorder(connection));
  const { log, latencies } = useSyncExternalStore(recorder.subscribe, recorder.getSnapshot);
  const rendering = useRenderMetrics()();
  const [pong, setPong] = useState('');

  useEffect(() => {
    document.title = 'Diagnostics · LockN Gen';
    return () => {
      document.title = 'LockN Gen';
    };
  }, []);

  const ping = async () => {
    setPong('…');
    try {
      const answer = `pong in ${(await connection.ping()).toFixed(1)} ms`;
      setPong(answer);
      recorder.note('ping', answer);
    } catch (failure) {
      setPong(failure instanceof Error ? failure.message : String(failure));
    }
  };

  const isOpen = connectionStatus === 'connected' || connectionStatus === 'connecting';
  const facts: readonly (readonly [string, string | number])[] = [
    ['Status', connectionStatus],
    ['Transport', transport ?? 'none'],
    ['Round trip', quality.averageLatencyMs === null ? '–' : `${quality.averageLatencyMs.toFixed(1)} ms`],
    ['Received', quality.received],
    ['Dropped', `${quality.dropped} (${(quality.dropRate * 100).toFixed(1)} %)`],
    ['Reconnects', quality.reconnects],
    ['Attempt', reconnectAttempts],
    ['Waiting for handlers', quality.queued],
    ['Handling one message', `${quality.processingMs.toFixed(2)} ms`],
    ['Renders of this page', `${rendering.renders} (${rendering.rendersPerSecond.toFixed(1)} a second)`],
    ['One render', `${rendering.averageRenderMs.toFixed(1)} ms, at most ${rendering.slowestRenderMs.toFixed(1)} ms`],
    ['Memory', rendering.usedMemoryBytes === null ? 'not told by this browser' : byteSize(rendering.usedMemoryBytes)],
    ['Session', identity.sessionId],
  ];
  return (
    <div className="mx-auto max-w-5xl space-y-12" data-testid="diagnostics">
      <div className="space-y-6">
        <a
          href={identity.view === 'public' ? '/public' : '/'}
          onClick={navigate}
          className="text-sm text-accent-text underline underline-offset-4"
        >
          Back to the pictures
        </a>
        <h1 className="font-serif text-5xl">Diagnostics</h1>
        <div className="flex flex-wrap items-center gap-2">
          <Button onClick={() => connection.connect()} disabled={isOpen}>
            Connect
          </Button>
          <Button onClick={() => connection.close()} disabled={!isOpen}>
            Disconnect
          </Button>
          <Button onClick={ping} disabled={connectionStatus !== 'connected'}>
            Ping
          </Button>
          <span role="status" className="pl-2 text-sm tabular-nums" data-testid="pong">
            {pong}
          </span>
        </div>
        <dl className="grid gap-x-10 text-sm sm:grid-cols-2">
          {facts.map(([name, value]) => (
            <div key={name} className="flex justify-between gap-4 border-b border-line py-2">
              <dt className="text-soft">{name}</dt>
              <dd className="text-right break-all tabular-nums">{value}</dd>
            </div>
          ))}
        </dl>
        {error && (
          <p className="text-ink">
            {error.message} {error.suggestion} <span className="text-soft">({error.code})</span>
          </p>
        )}
      </div>
      <LatencyHistogram latencies={latencies} />
      <EventLog log={log} onClear={recorder.clear} />
    </div>
  );
}
