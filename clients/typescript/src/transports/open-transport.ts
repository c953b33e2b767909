import { CloseCode } from '../close-codes.js';
import { openPolling } from './polling.js';
import { openSse } from './sse.js';
import type { Disconnect, OpenTransport, Scope, Transport, TransportContext, TransportKind } from './transport.js';
import { openWebSocket } from './websocket.js';

interface Handlers {
  opened(): void;
  received(text: string, scope: Scope): void;
  closed(disconnect: Disconnect, wasOpen: boolean): void;
}

const openers: Record<TransportKind, OpenTransport> = { websocket: openWebSocket, sse: openSse, polling: openPolling };

/** Opens a transport, with a time limit. */
export function openTransport(
  kind: TransportKind,
  context: TransportContext,
  timeoutMs: number,
  handlers: Handlers,
): Transport {
  let wasOpen = false;
  const timer = setTimeout(() => {
    transport.close();
    handlers.closed({ code: CloseCode.abnormal, reason: 'the server did not answer in time' }, false);
  }, timeoutMs);
  const transport = openers[kind](context, {
    opened() {
      clearTimeout(timer);
      wasOpen = true;
      handlers.opened();
    },
    received: handlers.received,
    closed(disconnect) {
      clearTimeout(timer);
      handlers.closed(disconnect, wasOpen);
    },
  });
  return {
    ...transport,
    close() {
      clearTimeout(timer);
      transport.close();
    },
  };
}
