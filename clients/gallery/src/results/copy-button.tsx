import { isShortened, type TextResult } from '@lockngen/client';
import { type RefObject, useState } from 'react';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';

interface CopyButtonProps {
  result: TextResult;
  /** The element that shows the text, from which it is copied if the page may not use the clipboard. */
  shown: RefObject<HTMLElement | null>;
  className?: string;
}

/** Copies the full text, including what the page does not show. */
export function CopyButton({ result, shown, className }: CopyButtonProps) {
  const { imageUrl } = useServices();
  const [answer, setAnswer] = useState('');

  const copy = async () => {
    try {
      // Without HTTPS, browsers deny pages the clipboard, but still copy the selection.
      const isCopied = navigator.clipboard
        ? await navigator.clipboard.writeText(await wholeText(result, imageUrl(result.url))).then(() => true)
        : copySelection(shown.current);
      setAnswer(isCopied ? 'Copied' : 'Press Ctrl+C to copy');
    } catch {
      setAnswer('Copying failed');
    }
  };

  return (
    <>
      <span role="status" className="text-xs opacity-80">
        {answer}
      </span>
      <Button
        look="icon"
        icon="copy"
        className={className}
        onClick={copy}
        aria-label={`Copy text ${result.index}`}
        title="Copy"
      />
    </>
  );
}

/** The text of the event, or the full text from the server if that was only the beginning. */
export async function wholeText(result: TextResult, url: string): Promise<string> {
  if (result.text !== undefined && !isShortened(result)) {
    return result.text;
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) {
    throw new Error(`The server answered ${response.status}.`);
  }
  return response.text();
}

function copySelection(element: HTMLElement | null): boolean {
  if (!element) {
    return false;
  }
  getSelection()?.selectAllChildren(element);
  return document.execCommand('copy');
}
