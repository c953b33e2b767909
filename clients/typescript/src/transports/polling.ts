import { type GenerationStatus, isEnded } from '../events.js';
import { disconnect, request } from './http.js';
import type { Disconnect, OpenTransport } from './transport.js';

interface ProgressResponse {
  readonly events?: readonly unknown[] | null;
  readonly gap?: unknown;
  readonly snapshot?: unknown;
}

/** The number of concurrent requests. */
const parallel = 4;

/** Polls each generation at an interval: for networks that block everything else. */
export const openPolling: OpenTransport = (context, handlers) => {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const active = new Set<string>();
  let opened = false;

  const poll = async (id: string, after: number | undefined) => {
    const query = after === undefined ? '' : `?after=${after}`;
    const url = `${context.realtimeUrl}/api/generations/${id}/progress${query}`;
    const response = await request(context, url, { signal });
    const answer = (await response.json()) as ProgressResponse;
    const frames = after === undefined ? [answer] : [answer.gap, answer.snapshot, ...(answer.events ?? [])];
    for (const frame of frames) {
      if (frame && !signal.aborted) {
        handlers.received(JSON.stringify(frame), 'generations');
      }
    }
  };

  const round = async () => {
    const { generations, all } = context.targets();
    const others = all ? await listActive() : [];
    const wanted = new Map([...others, ...generations]);
    const waiting = [...wanted];
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        await poll(...next);
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, waiting.length) }, worker));
  };

  /** Active generations, and once more those that were active in the previous round, for their outcome. */
  const listActive = async () => {
    const response = await request(context, `${context.apiUrl}/api/generations?limit=100`, { signal });
    const { items } = (await response.json()) as { items: { id: string; status: GenerationStatus }[] };
    const before = [...active];
    active.clear();
    for (const { id, status } of items) {
      if (!isEnded(status)) {
        active.add(id);
      }
    }
    return [...new Set([...before, ...active])].map((id) => [id, undefined] as const);
  };

  const loop = () => {
    round().then(
      () => {
        if (signal.aborted) {
          return;
        }
        if (!opened) {
          opened = true;
          handlers.opened();
        }
        timer = setTimeout(loop, context.pollIntervalMs);
      },
      (error) => {
        if (!signal.aborted) {
          controller.abort();
          handlers.closed(disconnect(error) satisfies Disconnect);
        }
      },
    );
  };

  loop();
  return {
    kind: 'polling',
    // The next round reads the targets again, and always requests all types.
    update: () => false,
    close() {
      clearTimeout(timer);
      controller.abort();
    },
  };
};
