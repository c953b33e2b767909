import { useWebSocketConnection } from '@lockngen/client/react';
import { useEffect, useState } from 'react';
import { Button } from '../ui/button';
import { useOnline } from './use-online';

/** Interruptions shorter than this, in milliseconds, end before anyone could read about them. */
const patienceMs = 1_500;

/** Says what happens while the connection is down: nothing is lost. */
export function OfflineBanner() {
  const isOnline = useOnline();
  const { connectionStatus, error, reconnect } = useWebSocketConnection();
  // A connection closed on purpose, from the diagnostics page, is not an error.
  const isDown = connectionStatus === 'connecting' || error !== null;
  const [isOverdue, setOverdue] = useState(false);

  useEffect(() => {
    if (!isDown) {
      setOverdue(false);
      return;
    }
    const timer = setTimeout(() => setOverdue(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isDown]);

  const isShown = !isOnline || (isDown && isOverdue);
  return (
    <div role="status" data-testid="offline-banner" className="empty:hidden">
      {isShown && (
        <p className="flex flex-wrap items-center justify-center gap-x-4 gap-y-1 border-b border-warn/40 bg-warn/12 px-4 py-2.5 text-center text-sm text-ink">
          <span>
            <strong className="font-semibold">
              {!isOnline ? 'You are offline.' : (error?.message ?? 'Waiting for the server.')}
            </strong>{' '}
            {connectionStatus === 'error'
              ? error?.suggestion
              : 'Pictures keep developing meanwhile; this page catches up by itself as soon as the line is back.'}
          </span>
          {connectionStatus === 'error' && isOnline && (
            <Button className="h-8" onClick={reconnect}>
              Reconnect
            </Button>
          )}
        </p>
      )}
    </div>
  );
}
