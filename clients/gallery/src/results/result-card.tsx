import { type AudioResult, fileNameOf, type GenerationResult, isPreview, type TextResult } from '@lockngen/client';
import { type ReactNode, useRef } from 'react';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { byteSize } from '../ui/byte-size';
import { Icon, type IconName } from '../ui/icon';
import type { Visible } from './arrange';
import { CopyButton } from './copy-button';
import { DownloadLink } from './download-link';
import { nameOf } from './words';

interface ResultCardProps {
  result: Exclude<GenerationResult, Visible>;
  onOpen: () => void;
}

/** A result without a picture: what it is, and what can be done with it. */
export function ResultCard({ result, onOpen }: ResultCardProps) {
  switch (result.kind) {
    case 'text':
      return <TextCard result={result} onOpen={onOpen} />;
    case 'audio':
      return <AudioCard result={result} />;
    case 'model':
      return (
        <FileRow result={result} icon="cube">
          <Button className="h-9" onClick={onOpen} aria-label={`View ${nameOf(result)}`}>
            View
          </Button>
        </FileRow>
      );
    default:
      return <FileRow result={result} icon="file" />;
  }
}

function TextCard({ result, onOpen }: { result: TextResult; onOpen: () => void }) {
  const text = useRef<HTMLParagraphElement>(null);
  return (
    <div className="card gap-1 pt-3 pr-2 pb-1 pl-4">
      <p
        ref={text}
        dir="auto"
        className="line-clamp-6 max-h-60 pr-2 leading-relaxed break-words whitespace-pre-wrap text-ink"
        data-testid="text"
      >
        {result.text || <em className="text-soft">{result.text === '' ? 'An empty text.' : 'A text.'}</em>}
      </p>
      <div className="flex items-center gap-1 text-soft">
        <span className="mr-auto truncate font-mono text-xs">{labelOf(result)}</span>
        <CopyButton result={result} shown={text} />
        <Button look="quiet" onClick={onOpen} aria-label={`Read ${nameOf(result)}`}>
          Read
        </Button>
      </div>
    </div>
  );
}

function AudioCard({ result }: { result: AudioResult }) {
  const { imageUrl } = useServices();
  return (
    <FileRow result={result} icon="sound">
      {/* biome-ignore lint/a11y/useMediaCaption: a workflow produces no captions */}
      <audio
        controls
        preload="metadata"
        src={imageUrl(result.url)}
        aria-label={`${nameOf(result)}: ${fileNameOf(result)}`}
        className="order-last h-10 w-full basis-full"
      />
    </FileRow>
  );
}

function FileRow({ result, icon, children }: { result: GenerationResult; icon: IconName; children?: ReactNode }) {
  return (
    <div className="card flex-row flex-wrap items-center gap-x-3 gap-y-1 py-2 pr-2 pl-4">
      <Icon name={icon} className="size-5 text-soft" />
      <p className="min-w-0 flex-1">
        <span className="block truncate text-ink" title={fileNameOf(result)}>
          {fileNameOf(result)}
        </span>
        <span className="block truncate font-mono text-xs text-soft">{labelOf(result)}</span>
      </p>
      {children}
      <DownloadLink result={result} className="text-soft hover:bg-raised hover:text-ink" />
    </div>
  );
}

function labelOf(result: GenerationResult): string {
  const { bytes } = result;
  return [nameOf(result), bytes !== undefined && byteSize(bytes), isPreview(result) && 'preview']
    .filter(Boolean)
    .join(' · ');
}
