import { fileNameOf, type GenerationResult, type ResultKind } from '@lockngen/client';
import { lazy, type ReactNode, Suspense, useCallback, useState } from 'react';
import { useServices } from '../platform/services';
import { nameOf } from '../results/words';
import { Icon, type IconName } from '../ui/icon';
import { TextView } from './text-view';

/** The 3D code is large, so it is loaded when a model is opened. */
const ModelView = lazy(() => import('./model-view'));

const icons: Partial<Record<ResultKind, IconName>> = { image: 'image', video: 'play', audio: 'sound', model: 'cube' };

/** One result in the available space. What the browser cannot show can still be downloaded. */
export function ResultView({ result, alt }: { result: GenerationResult; alt: string }) {
  const { imageUrl } = useServices();
  const [isBroken, setBroken] = useState(false);
  const url = imageUrl(result.url);
  const broken = useCallback(() => setBroken(true), []);
  const fit = 'fade-in max-h-full max-w-full min-w-0 object-contain';
  if (isBroken) {
    return <FileView result={result} reason="This browser cannot show it. Download it to see it." />;
  }
  switch (result.kind) {
    case 'image':
      return (
        <img
          src={url}
          alt={alt}
          width={result.width}
          height={result.height}
          onError={broken}
          className={`${fit} h-full w-auto`}
        />
      );
    case 'video':
      return (
        // biome-ignore lint/a11y/useMediaCaption: a workflow produces no captions
        <video
          src={url}
          controls
          autoPlay
          loop
          playsInline
          preload="metadata"
          onError={broken}
          aria-label={`${nameOf(result)}: ${alt}`}
          className={`${fit} h-full w-auto`}
        />
      );
    case 'audio':
      return (
        <FileView result={result}>
          {/* biome-ignore lint/a11y/useMediaCaption: a workflow produces no captions */}
          <audio
            src={url}
            controls
            preload="metadata"
            onError={broken}
            aria-label={`${nameOf(result)}: ${fileNameOf(result)}`}
            className="w-[min(32rem,80vw)]"
          />
        </FileView>
      );
    case 'model':
      return (
        <Suspense fallback={<p className="text-film-ink">Setting up the stage…</p>}>
          <ModelView result={result} url={url} onFail={broken} />
        </Suspense>
      );
    case 'text':
      return <TextView result={result} url={url} />;
    default:
      return <FileView result={result} />;
  }
}

interface FileViewProps {
  result: GenerationResult;
  reason?: string;
  children?: ReactNode;
}

function FileView({ result, reason, children }: FileViewProps) {
  return (
    <div className="grid justify-items-center gap-4 p-6 text-center text-[#f5eee6]">
      <Icon name={icons[result.kind] ?? 'file'} className="size-16 text-film-ink" />
      <p className="font-serif text-2xl break-all">{fileNameOf(result)}</p>
      {reason && <p role="status">{reason}</p>}
      {children}
    </div>
  );
}
