import { Button } from '../ui/button';
import { maxCount, useDraft } from './draft';

export function CountField() {
  const { count, setCount } = useDraft();
  return (
    <fieldset className="inline-flex h-10 items-center rounded-full border border-line bg-surface">
      <legend className="sr-only">How many pictures</legend>
      <Button
        look="icon"
        icon="minus"
        onClick={() => setCount(count - 1)}
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
        onChange={(event) => setCount(Number(event.target.value))}
      />
      <span className="text-sm text-soft" aria-hidden="true">
        {count === 1 ? 'picture' : 'pictures'}
      </span>
      <Button
        look="icon"
        icon="plus"
        onClick={() => setCount(count + 1)}
        disabled={count >= maxCount}
        aria-label="One picture more"
      />
    </fieldset>
  );
}
