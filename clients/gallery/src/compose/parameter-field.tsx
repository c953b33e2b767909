import { useId } from 'react';
import { Select } from '../ui/select';
import { labelOf, type TemplateParameter } from './template';

export const controlLook =
  'h-10 min-w-0 rounded-full border border-line bg-surface px-4 text-sm text-ink hover:border-edge disabled:opacity-50';

interface ParameterFieldProps {
  parameter: TemplateParameter;
  value: unknown;
  /** Undefined = any value is allowed. */
  choices?: readonly string[];
  onChange(value: unknown): void;
}

/** Any setting without a dedicated control, by its type. */
export function ParameterField({ parameter, value, choices: options, onChange }: ParameterFieldProps) {
  const id = useId();
  const { type, min, max, step, description, default: standard } = parameter;
  const isNumber = type === 'integer' || type === 'number';
  const isText = type === 'text' && !options;
  return (
    <div className={isText ? 'space-y-1.5 sm:col-span-2 lg:col-span-3' : 'space-y-1.5'}>
      <label htmlFor={id} className="block px-1 text-sm text-soft">
        {labelOf(parameter)}
      </label>
      {options ? (
        <Select
          id={id}
          className="w-full"
          value={String(value ?? '')}
          onChange={(event) => onChange(event.target.value || undefined)}
        >
          <option value="">{standard ? `Default (${standard})` : 'Default'}</option>
          {[...new Set([...options, ...(value ? [String(value)] : [])])].map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </Select>
      ) : type === 'boolean' ? (
        <input
          id={id}
          type="checkbox"
          className="ml-1 size-5 accent-accent"
          checked={Boolean(value ?? standard)}
          onChange={(event) => onChange(event.target.checked)}
        />
      ) : isNumber ? (
        <input
          id={id}
          type="number"
          inputMode="decimal"
          className={`${controlLook} w-full tabular-nums`}
          min={min ?? undefined}
          max={max ?? undefined}
          step={step ?? (type === 'integer' ? 1 : 'any')}
          placeholder={standard === undefined || standard === null ? '' : String(standard)}
          value={value === undefined ? '' : Number(value)}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.valueAsNumber)}
        />
      ) : (
        <textarea
          id={id}
          rows={2}
          className="block w-full resize-y rounded-2xl border border-line bg-surface px-4 py-2.5 text-sm text-ink hover:border-edge"
          placeholder={typeof standard === 'string' ? standard : ''}
          value={String(value ?? '')}
          onChange={(event) => onChange(event.target.value || undefined)}
        />
      )}
      {description && <p className="px-1 text-xs text-soft">{description}</p>}
    </div>
  );
}
