import type { ModelResult } from '@lockngen/client';
import { useEffect, useRef, useState } from 'react';
import { nameOf } from '../results/words';
import { showModel } from './model-stage';

interface ModelViewProps {
  result: ModelResult;
  url: string;
  /** It cannot be shown here. */
  onFail(): void;
}

/** A 3D model that can be turned by mouse, finger or arrow keys. */
export default function ModelView({ result, url, onFail }: ModelViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isReady, setReady] = useState(false);
  const { contentType, filename } = result;

  useEffect(() => {
    const abort = new AbortController();
    if (canvas.current) {
      showModel(canvas.current, { url, contentType, filename }, abort.signal).then(
        () => setReady(!abort.signal.aborted),
        () => {
          if (!abort.signal.aborted) {
            onFail();
          }
        },
      );
    }
    return () => abort.abort();
  }, [url, contentType, filename, onFail]);

  return (
    <div className="relative size-full min-h-0">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: screen readers must hand it the arrow keys */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`${nameOf(result)}. Arrow keys turn it, plus and minus zoom.`}
        aria-busy={!isReady}
        data-testid="model"
        className={`size-full cursor-grab touch-none transition-opacity duration-300 ${isReady ? 'opacity-100' : 'opacity-0'}`}
      />
      {!isReady && (
        <p role="status" className="absolute inset-0 flex items-center justify-center gap-2 text-film-ink">
          <span className="spinner" />
          Setting up the stage…
        </p>
      )}
    </div>
  );
}
