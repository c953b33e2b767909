import { useEffect } from 'react';
import type { MessageOf, MessageType } from '../events.js';
import { useLockNGen } from './context.js';
import { useLatest } from './use-latest.js';

export interface WebSocketEventOptions {
  /** Only for this generation. Default: for every one that the caller may see. */
  generationId?: string;
}

/** Runs `handler` for every message of a type; it may change from render to render. */
export function useWebSocketEvent<T extends MessageType>(
  type: T,
  handler: (message: MessageOf<T>) => void,
  { generationId }: WebSocketEventOptions = {},
): void {
  const { connection } = useLockNGen('useWebSocketEvent');
  const latest = useLatest(handler);
  useEffect(() => {
    const types = [type];
    const handle = (message: MessageOf<T>) => latest.current(message);
    return generationId === undefined
      ? connection.subscribeAll<T>(handle, { types })
      : connection.subscribe<T>(generationId, handle, { types });
  }, [connection, type, generationId, latest]);
}
