import { CloseCode } from '../close-codes.js';
import { progressQuery, withQuery } from './address.js';
import { disconnect, request } from './http.js';
import { SseParser } from './sse-parser.js';
import {
  covers,
  type Disconnect,
  type OpenTransport,
  type Scope,
  type Targets,
  type TransportContext,
  type Types,
} from './transport.js';

/** The gateway sends a comment at least every 30 s: a stream that is silent for longer than two of them is dead. */
const silenceMs = 75_000;

/** Server-Sent Events by fetch, not EventSource, which hides the status and cannot send headers. */
export const openSse: OpenTransport = (context, handlers) => {
  const streams = new Map<Scope, Stream>();
  let opened = false;
  let closed = false;

  const close = () => {
    closed = true;
    for (const stream of streams.values()) {
      stream.abort();
    }
  };

  const start = (scope: Scope, generations: Targets['generations'], types: Types) => {
    streams.get(scope)?.abort();
    const stream = startStream(context, generations, types, {
      opened: () => {
        if (!opened) {
          opened = true;
          handlers.opened();
        }
      },
      received: (data) => handlers.received(data, scope),
      closed: (reason) => {
        close();
        handlers.closed(reason);
      },
    });
    streams.set(scope, stream);
  };

  const stop = (scope: Scope) => {
    streams.get(scope)?.abort();
    streams.delete(scope);
  };

  /** The query of a stream is fixed, so an additional generation or type requires another stream; a removed one can be ignored. */
  const update = () => {
    if (closed) {
      return false;
    }
    const { generations, all } = context.targets();
    const types = context.types();
    const carries = (scope: Scope, ids: Iterable<string>) => {
      const stream = streams.get(scope);
      return stream && covers(stream.types, types) && [...ids].every((id) => stream.ids.has(id));
    };
    if (generations.size === 0) {
      stop('generations');
    } else if (!carries('generations', generations.keys())) {
      start('generations', generations, types);
    }
    if (!all) {
      stop('all');
    } else if (!carries('all', [])) {
      start('all', new Map(), types);
    }
    return false;
  };

  update();
  return { kind: 'sse', update, close };
};

interface Stream {
  readonly ids: ReadonlySet<string>;
  readonly types: Types;
  abort(): void;
}

interface StreamHandlers {
  opened(): void;
  received(data: string): void;
  closed(reason: Disconnect): void;
}

function startStream(
  context: TransportContext,
  generations: Targets['generations'],
  types: Types,
  handlers: StreamHandlers,
): Stream {
  const controller = new AbortController();
  const url = withQuery(`${context.realtimeUrl}/api/sse/progress`, progressQuery(generations, types, context));
  read(context, url, controller, handlers).then(
    () => handlers.closed({ code: CloseCode.abnormal, reason: 'the stream ended' }),
    (error) => {
      if (!isAborted(controller)) {
        handlers.closed(disconnect(controller.signal.reason ?? error));
      }
    },
  );
  return { ids: new Set(generations.keys()), types, abort: () => controller.abort(aborted) };
}

const aborted = Symbol('closed by this client');

function isAborted(controller: AbortController): boolean {
  return controller.signal.reason === aborted;
}

async function read(context: TransportContext, url: string, controller: AbortController, handlers: StreamHandlers) {
  const { signal } = controller;
  const response = await request(context, url, { headers: { Accept: 'text/event-stream' }, signal });
  if (!response.body || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
    throw { code: CloseCode.abnormal, reason: 'the answer is not an event stream' } satisfies Disconnect;
  }
  handlers.opened();
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parser = new SseParser();
  const silent = { code: CloseCode.heartbeatTimeout, reason: 'the stream went silent' } satisfies Disconnect;
  for (;;) {
    const watchdog = setTimeout(() => controller.abort(silent), silenceMs);
    const { done, value } = await reader.read().finally(() => clearTimeout(watchdog));
    if (done) {
      return;
    }
    for (const data of parser.feed(decoder.decode(value, { stream: true }))) {
      if (signal.aborted) {
        return;
      }
      handlers.received(data);
    }
  }
}
