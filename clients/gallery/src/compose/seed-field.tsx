import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { controlLook } from './parameter-field';
import { useDraft } from './use-draft';

/** Large enough never to repeat, small enough for every language's integers. */
const seeds = 2 ** 32;

/** Empty = the server draws one. The dice fills one in. */
export function SeedField({ className = '' }: { className?: string }) {
  const { draft } = useServices();
  const { values } = useDraft();
  const roll = () => draft.set({ seed: Math.floor(Math.random() * seeds) });
  return (
    <span className={`inline-flex items-center ${className}`}>
      <input
        aria-label="Seed"
        type="number"
        min={0}
        step={1}
        placeholder="Random seed"
        className={`${controlLook} w-36 rounded-r-none border-r-0 tabular-nums`}
        value={values.seed === undefined ? '' : String(values.seed)}
        onChange={(event) => draft.set({ seed: event.target.value === '' ? undefined : event.target.valueAsNumber })}
      />
      <Button
        icon="dice"
        className="rounded-l-none px-3!"
        onClick={roll}
        aria-label="Roll the dice"
        title="Roll the dice"
      />
    </span>
  );
}
