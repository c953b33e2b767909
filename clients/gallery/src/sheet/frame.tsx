import type { VideoResult } from '@lockngen/client';
import { memo, useState } from 'react';
import { useServices } from '../platform/services';
import type { Visible } from '../results/arrange';
import { nameOf } from '../results/words';
import { duration } from '../ui/duration';
import { Icon } from '../ui/icon';
import { useCrossfade } from './use-crossfade';

/** In pixels: sharp on a phone and on a large strip. */
const thumbnailSize = 768;

interface FrameProps {
  number: number;
  result?: Visible;
  /** The newest preview of a picture that is still being rendered. */
  previewUrl?: string;
  isExposing: boolean;
  alt: string;
  onOpen(index: number): void;
}

/** One place on the film: unexposed, developing, or a finished picture or video. */
export const Frame = memo(function Frame({ number, result, previewUrl, isExposing, alt, onOpen }: FrameProps) {
  const look = `frame relative block overflow-hidden bg-film-line ${isExposing ? 'frame-exposing' : ''}`;
  // One element for the preview and the finished picture, so that the last preview fades into it.
  const content =
    result?.kind === 'video' ? (
      <VideoFrame video={result} />
    ) : (
      <PictureFrame number={number} url={result?.url} previewUrl={previewUrl} alt={alt} />
    );
  return result ? (
    <button
      type="button"
      className={`${look} ${result.kind === 'image' ? 'cursor-zoom-in' : ''}`}
      onClick={() => onOpen(number)}
      aria-label={`${result.kind === 'image' ? `Open picture ${number}` : `Play ${nameOf(result)}`}: ${alt}`}
    >
      {content}
    </button>
  ) : (
    <div className={look}>{content}</div>
  );
});

interface PictureFrameProps {
  number: number;
  url: string | undefined;
  previewUrl: string | undefined;
  alt: string;
}

function PictureFrame({ number, url, previewUrl, alt }: PictureFrameProps) {
  const { imageUrl, previewUrl: address } = useServices();
  const shown = url ? imageUrl(url, thumbnailSize) : previewUrl && address(previewUrl);
  const { layers, loaded, failed } = useCrossfade(shown);
  return (
    <>
      {layers.map((layer) => {
        const isFinal = url !== undefined && layer.url === shown;
        return (
          <img
            key={layer.url}
            src={layer.url}
            alt={isFinal ? alt : ''}
            loading="lazy"
            decoding="async"
            data-testid={isFinal ? 'image' : 'preview'}
            className={`absolute inset-0 size-full object-cover transition-opacity duration-300 motion-reduce:transition-none ${layer.isLoaded ? 'opacity-100' : 'opacity-0'}`}
            onLoad={() => loaded(layer.url)}
            onError={() => failed(layer.url)}
          />
        );
      })}
      {layers.length === 0 && <FrameNumber number={number} />}
    </>
  );
}

/** The first frame of the video serves as a poster: browsers fetch only that. */
function VideoFrame({ video }: { video: VideoResult }) {
  const { imageUrl } = useServices();
  const [isBroken, setBroken] = useState(false);
  return (
    <>
      {isBroken ? (
        <FrameNumber number={video.index} />
      ) : (
        // Its button names it; the player is in the lightbox.
        <video
          src={`${imageUrl(video.url)}#t=0.001`}
          preload="metadata"
          muted
          playsInline
          className="pointer-events-none absolute inset-0 size-full object-cover"
          onError={() => setBroken(true)}
        />
      )}
      <span className="absolute bottom-2 left-2 flex items-center gap-1.5 rounded-full bg-black/70 py-1 pr-2.5 pl-2 font-mono text-[0.6875rem] text-[#f5eee6]">
        <Icon name="play" className="size-3.5" />
        {video.durationSeconds === undefined ? 'video' : duration(video.durationSeconds)}
      </span>
    </>
  );
}

function FrameNumber({ number }: { number: number }) {
  return <span className="absolute inset-0 grid place-items-center font-mono text-xs text-film-ink/60">{number}</span>;
}
