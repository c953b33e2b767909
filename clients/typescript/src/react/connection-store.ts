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

/** The state of a connection for React; `watch` subscribes to what the component is about, if anything. */
export function createConnectionStore(
  acquire: () => { connection: RealtimeConnection; release(): void },
  watch?: (connection: RealtimeConnection, dispatch: (action: ConnectionAction) => void) => () => void,
): ConnectionStore {
  return new BatchedStore(connectionReducer, initialConnection, (dispatch) => {
    const { connection, release } = acquire();
    dispatch(actionFor(connection.state));
    const stops = [
      connection.on('state', (state) => dispatch(actionFor(state))),
      ...(watch ? [watch(connection, dispatch)] : followAll(connection, dispatch)),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
      release();
    };
  });
}

function followAll(connection: RealtimeConnection, dispatch: (action: ConnectionAction) => void) {
  return [
    connection.on('queued', () => dispatch({ type: 'MESSAGE_QUEUED' })),
    connection.on('message', (message) => dispatch({ type: 'MESSAGE_RECEIVED', message })),
  ];
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
