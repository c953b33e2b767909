import type { GenerationImage } from '@lockngen/client';
import { memo } from 'react';
import { useServices } from '../app/services';
import { useCrossfade } from './use-crossfade';

/** In pixels: sharp on a phone's screen, and on a large strip. */
const thumbnailSize = 768;

interface FrameProps {
  number: number;
  image?: GenerationImage;
  /** The newest look at a picture that is still being made. */
  previewUrl?: string;
  isExposing: boolean;
  alt: string;
  onOpen?: () => void;
}

/** One picture on the film: unexposed, developing, or done. */
export const Frame = memo(function Frame({ number, image, previewUrl, isExposing, alt, onOpen }: FrameProps) {
  const { imageUrl, previewUrl: address } = useServices();
  const url = image ? imageUrl(image.url, thumbnailSize) : previewUrl && address(previewUrl);
  const { layers, loaded, failed } = useCrossfade(url);
  const content = (
    <>
      {layers.map((layer) => {
        const isFinal = image !== undefined && layer.url === url;
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
      {layers.length === 0 && (
        <span className="absolute inset-0 grid place-items-center font-mono text-xs text-film-ink/60">{number}</span>
      )}
    </>
  );
  const look = `frame relative block overflow-hidden bg-film-line ${isExposing ? 'frame-exposing' : ''}`;
  return image && onOpen ? (
    <button
      type="button"
      className={`${look} cursor-zoom-in`}
      onClick={onOpen}
      aria-label={`Open picture ${number}: ${alt}`}
    >
      {content}
    </button>
  ) : (
    <div className={look}>{content}</div>
  );
});
