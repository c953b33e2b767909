import { maxCount } from '../platform/draft-store';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { useDraft } from './use-draft';

export function CountField() {
  const { draft } = useServices();
  const { count } = useDraft();
  return (
    <fieldset className="inline-flex h-10 items-center rounded-full border border-line bg-surface">
      <legend className="sr-only">How many pictures</legend>
      <Button
        look="icon"
        icon="minus"
        onClick={() => draft.setCount(count - 1)}
        disabled={count <= 1}
        aria-label="One picture less"
      />
      <input
        type="text"
        inputMode="numeric"
        aria-label="Number of pictures"
        className="h-full w-9 bg-transparent text-center text-sm tabular-nums"
        value={count}
        onFocus={(event) => event.target.select()}
        onChange={(event) => draft.setCount(Number(event.target.value))}
      />
      <span className="text-sm text-soft" aria-hidden="true">
        {count === 1 ? 'picture' : 'pictures'}
      </span>
      <Button
        look="icon"
        icon="plus"
        onClick={() => draft.setCount(count + 1)}
        disabled={count >= maxCount}
        aria-label="One picture more"
      />
    </fieldset>
  );
}
