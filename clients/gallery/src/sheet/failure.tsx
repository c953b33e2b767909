import { adviceFor, type GenerationFailure } from '@lockngen/client';
import { Notice } from '../ui/notice';

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
