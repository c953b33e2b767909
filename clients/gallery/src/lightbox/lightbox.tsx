import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useServices } from '../app/services';
import { promptOf } from '../generations/generation';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import type { OpenImage } from './use-open-image';

interface LightboxProps {
  picture: OpenImage;
  onMove(by: 1 | -1): void;
  onClose(): void;
}

/** One picture as large as the window. The dialog element keeps the focus inside, closes on Escape and gives the focus back. */
export function Lightbox({ picture, onMove, onClose }: LightboxProps) {
  const { imageUrl } = useServices();
  const dialog = useRef<HTMLDialogElement>(null);
  const { generation, image, hasNext, hasPrevious } = picture;
  const prompt = promptOf(generation) || 'Untitled';
  const total = generation.state.images.length;

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const steer = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      event.preventDefault();
      onMove(event.key === 'ArrowRight' ? 1 : -1);
    }
  };

  const facts = [
    `Picture ${image.index} of ${total}`,
    image.width && image.height && `${image.width} × ${image.height}`,
    image.seed != null && `seed ${image.seed}`,
    generation.record?.parameters?.model,
  ].filter(Boolean);
  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={prompt}
      onClose={onClose}
      onKeyDown={steer}
      data-testid="lightbox"
    >
      <div className="grid size-full grid-rows-[1fr_auto]">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes, too; there is a button for it as well */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a click beside the picture is a shortcut only */}
        <div
          className="grid min-h-0 place-items-center overflow-hidden p-3 sm:p-8"
          onClick={(event) => event.target === event.currentTarget && dialog.current?.close()}
        >
          <img
            key={image.url}
            src={imageUrl(image.url)}
            alt={prompt}
            width={image.width ?? undefined}
            height={image.height ?? undefined}
            className="fade-in h-full max-h-full w-auto max-w-full min-w-0 object-contain"
          />
        </div>
        <div className="flex flex-wrap items-end justify-between gap-4 px-4 pb-5 sm:px-8">
          <div className="min-w-0 flex-1 basis-72 space-y-1">
            <p className="line-clamp-3 font-serif text-2xl leading-tight text-[#f5eee6]">{prompt}</p>
            <p className="font-mono text-xs text-film-ink">{facts.join(' · ')}</p>
          </div>
          <div className="flex items-center gap-1 text-[#f5eee6]">
            <Button
              look="icon"
              icon="arrowLeft"
              className="text-inherit! hover:bg-white/15!"
              disabled={!hasPrevious}
              onClick={() => onMove(-1)}
              aria-label="Previous picture"
            />
            <Button
              look="icon"
              icon="arrowRight"
              className="text-inherit! hover:bg-white/15!"
              disabled={!hasNext}
              onClick={() => onMove(1)}
              aria-label="Next picture"
            />
            <a
              href={imageUrl(image.url)}
              download={`lockngen-${generation.id.slice(0, 8)}-${image.index}`}
              className="grid size-10 place-items-center rounded-full hover:bg-white/15"
              aria-label="Download"
            >
              <Icon name="download" />
            </a>
            <Button
              look="icon"
              icon="close"
              className="text-inherit! hover:bg-white/15!"
              onClick={() => dialog.current?.close()}
              aria-label="Close"
            />
          </div>
        </div>
      </div>
    </dialog>
  );
}
