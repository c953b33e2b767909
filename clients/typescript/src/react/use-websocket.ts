import { useContext, useMemo, useSyncExternalStore } from 'react';
import type { AuthOptions } from '../auth.js';
import type { RealtimeConnection } from '../connection.js';
import type { ConnectionOptions } from '../connection-options.js';
import type { GenerationMessage, MessageType } from '../events.js';
import { acquireConnection } from './connection-pool.js';
import type { ConnectionAction, IWebSocketState } from './connection-reducer.js';
import { createConnectionStore } from './connection-store.js';
import { Context } from './context.js';
import { useLatest } from './use-latest.js';

/** The first hook with a URL determines the options of its connection; later ones share it. */
export interface IWebSocketConfig extends Pick<AuthOptions, 'getToken'>, Pick<ConnectionOptions, 'WebSocket'> {
  /** Of the gateway, for example `https://gen.example.org` or `wss://gen.example.org/api/ws/progress?generationId=…`. */
  url: string;
  /** Default: the one in the URL, or all that the caller may see. */
  generationId?: string;
  types?: readonly MessageType[];
  /** Before the first attempt to reconnect, in milliseconds. Default 1,000; grows by 1.5 up to 30,000. */
  reconnectInterval?: number;
  /** Default Infinity. */
  maxReconnectAttempts?: number;
  /** Between two pings, in milliseconds. Default 30,000. */
  heartbeatInterval?: number;
  onMessage?: (message: GenerationMessage) => void;
}

/** A connection for as long as the component is mounted. */
export function useWebSocket(config: IWebSocketConfig): IWebSocketState {
  const provided = useContext(Context)?.connection;
  const { realtimeUrl, generationId } = parseUrl(config);
  const types = config.types?.join();
  const latest = useLatest(config);
  const store = useMemo(() => {
    const follow = (connection: RealtimeConnection, dispatch: (action: ConnectionAction) => void) => {
      const isMine = (message: GenerationMessage) =>
        (generationId ?? message.generationId) === message.generationId && (types?.includes(message.type) ?? true);
      const stopQueued = connection.on('queued', (message) => {
        if (isMine(message)) {
          dispatch({ type: 'MESSAGE_QUEUED', queued: connection.quality.queued });
        }
      });
      const options = { types: types?.split(',') as MessageType[] | undefined };
      const handle = (message: GenerationMessage) => {
        dispatch({ type: 'MESSAGE_RECEIVED', message, queued: connection.quality.queued });
        latest.current.onMessage?.(message);
      };
      const stop =
        generationId === undefined
          ? connection.subscribeAll(handle, options)
          : connection.subscribe(generationId, handle, options);
      return () => {
        stopQueued();
        stop();
      };
    };
    const acquire = () =>
      provided?.realtimeUrl === realtimeUrl
        ? { connection: provided, release: () => undefined }
        : acquireConnection(realtimeUrl, connectionOptions(latest.current));
    return createConnectionStore(acquire, follow);
  }, [provided, realtimeUrl, generationId, types, latest]);
  return useSyncExternalStore(store.subscribe, store.getSnapshot, store.getServerSnapshot);
}

function connectionOptions({
  reconnectInterval,
  maxReconnectAttempts,
  heartbeatInterval,
  ...rest
}: IWebSocketConfig): ConnectionOptions {
  return {
    getToken: rest.getToken,
    WebSocket: rest.WebSocket,
    ...(reconnectInterval !== undefined && { backoff: { initialMs: reconnectInterval } }),
    ...(maxReconnectAttempts !== undefined && { maxReconnectAttempts }),
    ...(heartbeatInterval !== undefined && { heartbeat: { intervalMs: heartbeatInterval } }),
  };
}

/** Splits the address of the endpoint into the gateway's address and the generation. */
function parseUrl({ url, generationId }: IWebSocketConfig): { realtimeUrl: string; generationId: string | undefined } {
  const [address = '', query] = url.split('?');
  const realtimeUrl = address.replace(/^ws/, 'http').replace(/\/(api\/ws\/progress\/?)?$/, '');
  return { realtimeUrl, generationId: generationId ?? new URLSearchParams(query).get('generationId') ?? undefined };
}
