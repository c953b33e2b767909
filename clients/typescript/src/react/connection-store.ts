import type { RealtimeConnection } from '../connection.js';
import type { ConnectionState } from '../connection-state.js';
import { BatchedStore } from './batched-store.js';
import {
  type ConnectionAction,
  connectionReducer,
  type IWebSocketState,
  initialConnection,
} from './connection-reducer.js';

export type ConnectionStore = BatchedStore<IWebSocketState, ConnectionAction>;

interface Acquired {
  readonly connection: RealtimeConnection;
  release(): void;
}

type Follow = (connection: RealtimeConnection, dispatch: (action: ConnectionAction) => void) => () => void;

/** The state of a connection for React. Without `follow` it covers only the connection, not its messages. */
export function createConnectionStore(acquire: () => Acquired, follow?: Follow): ConnectionStore {
  return new BatchedStore(connectionReducer, initialConnection, (dispatch) => {
    const { connection, release } = acquire();
    dispatch(actionFor(connection.state));
    const stopState = connection.on('state', (state) => dispatch(actionFor(state)));
    const stopFollowing = follow?.(connection, dispatch);
    return () => {
      stopFollowing?.();
      stopState();
      release();
    };
  });
}

function actionFor({ status, transport, attempt, error }: ConnectionState): ConnectionAction {
  switch (status) {
    case 'connected':
      return { type: 'CONNECTION_ESTABLISHED', transport: transport ?? 'websocket' };
    case 'connecting':
      return { type: 'RECONNECT_ATTEMPT', attempt };
    default:
      return { type: 'CONNECTION_LOST', error };
  }
}
