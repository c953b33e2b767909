import { ApiError, type CancelReceipt, isEnded } from '@lockngen/client';
import { useState } from 'react';
import type { Generation } from '../generations/generation';
import { variationOf } from '../generations/variation';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';

const receipts: Record<CancelReceipt['receipt'], string> = {
  accepted: 'Cancelling: the receipt is here, the machine stops in a moment.',
  alreadyEnded: 'It had ended before.',
  tooLate: 'Too late: the last picture is being hung up already.',
};

/** The actions for a generation, and their results. */
export function StripActions({ generation }: { generation: Generation }) {
  const { feed, draft } = useServices();
  const [isBusy, setBusy] = useState(false);
  const [answer, setAnswer] = useState('');
  const { id, state, record } = generation;
  const hasEnded = isEnded(state.status);
  const variation = record && variationOf(record);

  const run = async (action: () => Promise<unknown>, answerOf: (result: unknown) => string = () => '') => {
    setBusy(true);
    setAnswer('');
    try {
      setAnswer(answerOf(await action()));
    } catch (error) {
      setAnswer(error instanceof ApiError ? `${error.message} ${error.suggestion}` : String(error));
    }
    setBusy(false);
  };

  const takeSettings = () => {
    if (record) {
      draft.load(record);
      document.getElementById('prompt')?.focus();
      window.scrollTo({ top: 0 });
    }
  };

  return (
    <div className="-ml-3 flex flex-wrap items-center gap-1 has-[>:first-child[data-look=pill]]:ml-0">
      {!hasEnded && (
        <Button
          look="pill"
          icon="close"
          className="h-9"
          disabled={isBusy}
          onClick={() =>
            run(
              () => feed.cancel(id),
              (result) => receipts[(result as CancelReceipt).receipt],
            )
          }
        >
          Cancel
        </Button>
      )}
      {hasEnded && variation && (
        <Button look="quiet" icon="spark" disabled={isBusy} onClick={() => run(() => feed.submit(variation))}>
          Vary
        </Button>
      )}
      {hasEnded && record && (
        <Button look="quiet" icon="repeat" disabled={isBusy} onClick={() => run(() => feed.repeat(id))}>
          Run again
        </Button>
      )}
      {variation && (
        <Button
          look="icon"
          icon="sliders"
          className="size-9!"
          aria-label="Use settings"
          title="Use settings"
          onClick={takeSettings}
        />
      )}
      {hasEnded && record && (
        <Button
          look="icon"
          icon="trash"
          className="size-9!"
          disabled={isBusy}
          aria-label="Delete"
          title="Delete"
          onClick={() => run(() => feed.erase(id))}
        />
      )}
      <p role="status" className="text-sm text-soft empty:hidden" data-testid="receipt">
        {hasEnded && state.status === 'cancelled' ? '' : answer}
      </p>
    </div>
  );
}
