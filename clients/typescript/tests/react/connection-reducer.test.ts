import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/index.js';
import { connectionReducer, type IWebSocketState, initialConnection } from '../../src/react/index.js';
import { EventFactory } from '../support/event-factory.js';

const lost = { code: 1006, reason: '' };

describe('connectionReducer', () => {
  it('begins disconnected', () => {
    expect(initialConnection).toEqual({
      connectionStatus: 'disconnected',
      lastMessage: null,
      error: null,
      transport: null,
      reconnectAttempts: 0,
      queuedMessages: 0,
    } satisfies IWebSocketState);
  });

  it('RECONNECT_ATTEMPT: connecting, for the nth time, and still with the reason', () => {
    const error = new ConnectionError(lost, true);
    const state = connectionReducer({ ...initialConnection, error }, { type: 'RECONNECT_ATTEMPT', attempt: 3 });
    expect(state).toMatchObject({ connectionStatus: 'connecting', reconnectAttempts: 3, error });
  });

  it('CONNECTION_ESTABLISHED: connected, and nothing is wrong any more', () => {
    const before = { ...initialConnection, error: new ConnectionError(lost, true), reconnectAttempts: 3 };
    const state = connectionReducer(before, { type: 'CONNECTION_ESTABLISHED', transport: 'sse' });
    expect(state).toMatchObject({ connectionStatus: 'connected', transport: 'sse', error: null, reconnectAttempts: 0 });
  });

  it('MESSAGE_QUEUED counts, MESSAGE_RECEIVED keeps the message', () => {
    const message = new EventFactory().progress(1);
    const queued = connectionReducer(initialConnection, { type: 'MESSAGE_QUEUED', queued: 2 });
    expect(queued.queuedMessages).toBe(2);
    const received = connectionReducer(queued, { type: 'MESSAGE_RECEIVED', message, queued: 1 });
    expect(received).toMatchObject({ lastMessage: message, queuedMessages: 1 });
  });

  it('CONNECTION_LOST: disconnected while it recovers, an error once it has given up', () => {
    const connected = { ...initialConnection, connectionStatus: 'connected' as const };
    const lose = (error?: ConnectionError) => connectionReducer(connected, { type: 'CONNECTION_LOST', error });
    expect(lose()).toMatchObject({ connectionStatus: 'disconnected', error: null });
    expect(lose(new ConnectionError(lost, true)).connectionStatus).toBe('disconnected');
    expect(lose(new ConnectionError(lost, false)).connectionStatus).toBe('error');
  });
});
