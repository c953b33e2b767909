import { guarded } from './emitter.js';
import { type GenerationMessage, isProgress } from './events.js';

/**
 * Delivers progress at most once per interval, the newest of each type and generation; everything else immediately, after the pending progress.
 * `stop` drops what is pending.
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
        // After earlier ones: messages are delivered in the order of their arrival.
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
