import type { WorkflowParameter } from '@lockngen/client';
import { controlLook, ParameterField } from '../compose/parameter-field';
import { Button } from '../ui/button';
import { Select } from '../ui/select';

interface ParameterRowsProps {
  parameters: readonly WorkflowParameter[];
  others: readonly WorkflowParameter[];
  onChange(parameters: readonly WorkflowParameter[]): void;
}

/** The settings of a new template: rename, reorder, remove, add, and set defaults. */
export function ParameterRows({ parameters, others, onChange }: ParameterRowsProps) {
  const change = (index: number, by: Partial<WorkflowParameter>) =>
    onChange(parameters.map((parameter, at) => (at === index ? { ...parameter, ...by } : parameter)));
  const move = (index: number, to: number) => {
    const moved = [...parameters];
    moved.splice(to, 0, ...moved.splice(index, 1));
    onChange(moved);
  };
  const unused = others.filter(({ name }) => parameters.every((parameter) => parameter.name !== name));
  return (
    <fieldset className="space-y-3">
      <legend className="font-semibold text-ink">Settings</legend>
      {parameters.map((parameter, index) => {
        const title = parameter.title ?? parameter.name;
        const isNumber = parameter.type === 'integer' || parameter.type === 'number';
        return (
          <div
            key={parameter.name}
            className="space-y-2 rounded-2xl border border-line p-3"
            data-testid="parameter-row"
          >
            <div className="flex flex-wrap items-center gap-2">
              <input
                aria-label={`Name of the setting ${title}`}
                className={`${controlLook} flex-1`}
                value={title}
                onChange={(event) => change(index, { title: event.target.value })}
              />
              <Button
                look="icon"
                icon="arrowUp"
                aria-label={`Move ${title} up`}
                disabled={index === 0}
                onClick={() => move(index, index - 1)}
              />
              <Button
                look="icon"
                icon="close"
                aria-label={`Leave ${title} out`}
                onClick={() => onChange(parameters.filter((_, at) => at !== index))}
              />
            </div>
            {parameter.type !== 'seed' && (
              <ParameterField
                parameter={{ ...parameter, title: 'Without a choice', default: undefined }}
                value={parameter.default}
                choices={parameter.choices}
                onChange={(value) => change(index, { default: value })}
              />
            )}
            {isNumber && (
              <div className="flex flex-wrap gap-2">
                {(['min', 'max', 'step'] as const).map((bound) => (
                  <label key={bound} className="flex items-center gap-2 text-sm text-soft">
                    {bound}
                    <input
                      type="number"
                      aria-label={`${bound} of ${title}`}
                      className={`${controlLook} w-28`}
                      step="any"
                      value={parameter[bound] ?? ''}
                      onChange={(event) =>
                        change(index, { [bound]: event.target.value === '' ? undefined : event.target.valueAsNumber })
                      }
                    />
                  </label>
                ))}
              </div>
            )}
          </div>
        );
      })}
      {unused.length > 0 && (
        <Select
          aria-label="Add a setting"
          className="w-full"
          value=""
          onChange={(event) => {
            const added = unused.find(({ name }) => name === event.target.value);
            onChange(added ? [...parameters, added] : parameters);
          }}
        >
          <option value="">Add a setting…</option>
          {unused.map(({ name, title }) => (
            <option key={name} value={name}>
              {title ?? name}
            </option>
          ))}
        </Select>
      )}
    </fieldset>
  );
}
