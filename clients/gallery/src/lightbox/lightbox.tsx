import { type KeyboardEvent, useEffect, useRef } from 'react';
import { promptOf } from '../generations/generation';
import { DownloadLink } from '../results/download-link';
import { factsOf, nameOf } from '../results/words';
import { Button } from '../ui/button';
import { ResultView } from './result-view';
import type { OpenResult } from './use-open-result';

interface LightboxProps {
  open: OpenResult;
  onMove(by: 1 | -1): void;
  onClose(): void;
}

/** One result as large as the window. The dialog element traps the focus, closes on Escape and restores the focus. */
export function Lightbox({ open, onMove, onClose }: LightboxProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { generation, result, hasNext, hasPrevious } = open;
  const prompt = promptOf(generation) || 'Untitled';
  const total = generation.state.images.length;

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const steer = (event: KeyboardEvent) => {
    // Players and models use the same keys.
    const isTaken = event.target instanceof Element && event.target.matches('video, audio, canvas, pre');
    if (!isTaken && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
      event.preventDefault();
      onMove(event.key === 'ArrowRight' ? 1 : -1);
    }
  };

  const facts = [`${nameOf(result)} of ${total}`, ...factsOf(result), generation.record?.parameters?.model].filter(
    Boolean,
  );
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
          className="grid min-h-0 grid-cols-[minmax(0,1fr)] grid-rows-[minmax(0,1fr)] place-items-center overflow-hidden p-3 sm:p-8"
          onClick={(event) => event.target === event.currentTarget && dialog.current?.close()}
        >
          <ResultView key={result.url} result={result} alt={prompt} />
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
              aria-label="Previous result"
            />
            <Button
              look="icon"
              icon="arrowRight"
              className="text-inherit! hover:bg-white/15!"
              disabled={!hasNext}
              onClick={() => onMove(1)}
              aria-label="Next result"
            />
            <DownloadLink result={result} className="hover:bg-white/15" />
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
