import type { GenerationFailure } from '@lockngen/client';
import { Notice } from '../ui/notice';

/** What people can do about it, by the code of the failure. */
const advice: Record<string, string> = {
  out_of_memory: 'The graphics card ran out of memory. Choose a smaller size or fewer pictures, then run it again.',
  model_not_found: 'No machine has this model. Choose another one under More, then run it again.',
  validation_failed: 'ComfyUI did not accept the settings. Change what it names below, then run it again.',
  comfyui_lost: 'The machine went away while it worked, more than once. Run it again in a minute.',
  instance_lost: 'The machine went away while it worked. Run it again in a minute.',
  deadline_exceeded: 'It took longer than allowed. Use fewer steps or a smaller size, then run it again.',
  timeout: 'It took longer than allowed. Use fewer steps or a smaller size, then run it again.',
};

export function adviceFor({ code, retryable }: GenerationFailure): string {
  return (
    advice[code] ??
    (retryable
      ? 'This may pass by itself: run it again.'
      : 'Running it again would fail the same way: change the settings first.')
  );
}

export function Failure({ failure }: { failure: GenerationFailure }) {
  const { code, message, nodeType, nodeId } = failure;
  return (
    <Notice title="This one did not come out." advice={adviceFor(failure)}>
      <details>
        <summary className="w-fit py-1 text-soft underline decoration-line underline-offset-4 hover:text-ink">
          What ComfyUI said
        </summary>
        <p
          className="mt-1 font-mono text-xs leading-relaxed break-words whitespace-pre-wrap text-ink"
          data-testid="comfyui-message"
        >
          {message}
        </p>
        <p className="mt-1 font-mono text-xs text-soft">
          {[code, nodeType && `${nodeType}${nodeId ? ` #${nodeId}` : ''}`].filter(Boolean).join(' · ')}
        </p>
      </details>
    </Notice>
  );
}
