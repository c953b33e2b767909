import { guarded } from './emitter.js';
import { type GenerationMessage, isProgress } from './events.js';

/**
 * Hands on progress at most once per interval, of each type and generation the newest; everything else at once, after the progress that waits.
 * `stop` drops what waits.
 */
export function debounced(handler: (message: GenerationMessage) => void, intervalMs: number) {
  const waiting = new Map<string, GenerationMessage>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    timer = undefined;
    const messages = [...waiting.values()];
    waiting.clear();
    if (messages.length > 0) {
      timer = setTimeout(flush, intervalMs);
    }
    for (const message of messages) {
      guarded(handler, message);
    }
  };

  return {
    handle(message: GenerationMessage): void {
      if (isProgress(message)) {
        // Behind those that came before it: the order of what is handed on is that of its arrival.
        const key = `${message.generationId} ${message.type}`;
        waiting.delete(key);
        waiting.set(key, message);
        timer ??= setTimeout(flush, intervalMs);
        return;
      }
      clearTimeout(timer);
      timer = undefined;
      const messages = [...waiting.values(), message];
      waiting.clear();
      for (const each of messages) {
        guarded(handler, each);
      }
    },
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
      waiting.clear();
    },
  };
}
