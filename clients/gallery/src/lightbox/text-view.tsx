import { isShortened, type TextResult } from '@lockngen/client';
import { useEffect, useRef, useState } from 'react';
import { CopyButton, wholeText } from '../results/copy-button';
import { nameOf } from '../results/words';

/** The full text, from the server if the event contained only its beginning. */
export function TextView({ result, url }: { result: TextResult; url: string }) {
  const body = useRef<HTMLPreElement>(null);
  const [text, setText] = useState(result.text ?? '');
  const [isCut, setCut] = useState(() => isShortened(result));

  useEffect(() => {
    let isShown = true;
    if (isShortened(result)) {
      wholeText(result, url).then(
        (whole) => {
          if (isShown) {
            setText(whole);
            setCut(false);
          }
        },
        // The beginning is shown, and marked as such.
        () => undefined,
      );
    }
    return () => {
      isShown = false;
    };
  }, [result, url]);

  return (
    <div className="fade-in relative flex max-h-full w-[min(48rem,100%)] flex-col rounded-2xl border border-white/15 bg-[#181513] text-[#f5eee6]">
      <div className="flex items-center justify-end gap-1 px-2 pt-1">
        <CopyButton result={result} shown={body} className="text-inherit! hover:bg-white/15!" />
      </div>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={nameOf(result)}
        className="min-h-24 overflow-auto px-6 pb-6"
      >
        <pre ref={body} dir="auto" className="font-sans leading-relaxed break-words whitespace-pre-wrap">
          {text || <em className="text-film-ink">An empty text.</em>}
        </pre>
      </section>
      {isCut && (
        <p className="px-6 pb-4 text-sm text-film-ink">This is the beginning. Download it to read all of it.</p>
      )}
    </div>
  );
}
