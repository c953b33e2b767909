import { CloseCode } from '../close-codes.js';
import { progressQuery, webSocketUrl, withQuery } from './address.js';
import { fetchTicket } from './ticket.js';
import {
  covers,
  type Disconnect,
  isEmpty,
  type OpenTransport,
  type Targets,
  type Types,
  type WebSocketLike,
} from './transport.js';

/** More ids would make the address too long for some proxies; the others are subscribed once the socket is open. */
const idsInAddress = 50;

const open = 1;

export const openWebSocket: OpenTransport = (context, handlers) => {
  const asked = new Set<string>();
  let askedAll = false;
  let types: Types;
  let socket: WebSocketLike | undefined;
  let closed = false;

  const end = (disconnect: Disconnect) => {
    if (!closed) {
      closed = true;
      handlers.closed(disconnect);
    }
  };

  const send = (frame: object) => {
    if (socket?.readyState === open) {
      socket.send(JSON.stringify(frame));
    }
  };

  const update = () => {
    if (socket?.readyState !== open) {
      return false;
    }
    const { generations, all } = context.targets();
    for (const id of asked) {
      if (!generations.has(id)) {
        asked.delete(id);
        send({ type: 'unsubscribe', generationId: id });
      }
    }
    for (const [generationId, after] of generations) {
      if (!asked.has(generationId)) {
        asked.add(generationId);
        send({ type: 'subscribe', generationId, after });
      }
    }
    if (all !== askedAll) {
      askedAll = all;
      send({ type: all ? 'subscribe' : 'unsubscribe' });
    }
    return !covers(types, context.types());
  };

  const connect = async (Socket: NonNullable<typeof context.WebSocket>) => {
    const ticket = context.credentials.usesTickets ? await fetchTicket(context) : undefined;
    if (context.types()) {
      // Later subscriptions in the same turn of the event loop may need more, and the address is final.
      await undefined;
    }
    if (closed) {
      return;
    }
    const targets = context.targets();
    if (isEmpty(targets)) {
      // Without an id in the address, the gateway would send everything.
      end({ code: CloseCode.done, reason: 'nothing is watched any more' });
      return;
    }
    const named: Targets['generations'] = new Map([...targets.generations].slice(0, idsInAddress));
    types = context.types();
    const query = progressQuery(named, types, context);
    if (ticket) {
      query.set('ticket', ticket);
    }
    for (const id of named.keys()) {
      asked.add(id);
    }
    askedAll = named.size === 0;
    socket = new Socket(withQuery(webSocketUrl(context.realtimeUrl, '/api/ws/progress'), query)) as WebSocketLike;
    socket.onopen = () => handlers.opened();
    socket.onmessage = ({ data }) => {
      if (!closed) {
        handlers.received(typeof data === 'string' ? data : String(data), 'generations');
      }
    };
    socket.onclose = ({ code, reason }) => end({ code, reason });
    // The close event that always follows has the cause; without a handler, Node would throw.
    socket.onerror = () => undefined;
  };

  if (context.WebSocket) {
    connect(context.WebSocket).catch((error: Disconnect) => end(error));
  } else {
    queueMicrotask(() => end({ code: CloseCode.abnormal, reason: 'there is no WebSocket here' }));
  }

  return {
    kind: 'websocket',
    update,
    ping: (id) => send({ type: 'ping', id }),
    close() {
      closed = true;
      socket?.close(CloseCode.done);
    },
  };
};
