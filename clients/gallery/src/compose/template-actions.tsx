import { ApiError, type TemplateBody } from '@lockngen/client';
import { useState } from 'react';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { controlLook } from './parameter-field';
import { Refusal } from './refusal';
import type { Template } from './template';
import { tellTemplatesChanged } from './template-changes';

/** What its owner may do with a template: publish or unpublish it, move it, delete it. */
export function TemplateActions({ template }: { template: Template }) {
  const { client } = useServices();
  const { name, title, visibility, order } = template;
  const [isSure, setSure] = useState(false);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const isPublic = visibility === 'everyone';

  const act = async (change: () => Promise<unknown>) => {
    setRefusal(null);
    try {
      await change();
      tellTemplatesChanged();
    } catch (error) {
      setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
    }
  };

  const save = (by: Partial<TemplateBody>) =>
    act(async () => client.saveTemplate({ ...(await client.template<TemplateBody>(name)), ...by }, name));

  return (
    <fieldset className="flex flex-wrap items-center justify-center gap-2">
      <legend className="sr-only">Template {title ?? name}</legend>
      <Button look="quiet" onClick={() => void save({ visibility: isPublic ? 'private' : 'everyone' })}>
        {isPublic ? 'Show only to me' : 'Show to everyone'}
      </Button>
      <label className="inline-flex items-center gap-2 text-sm text-soft">
        Place in the list
        <input
          key={`${name} ${order}`}
          type="number"
          step={1}
          className={`${controlLook} w-20`}
          defaultValue={order ?? 0}
          onBlur={({ target }) =>
            Number.isInteger(target.valueAsNumber) &&
            target.valueAsNumber !== (order ?? 0) &&
            void save({ order: target.valueAsNumber })
          }
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              event.preventDefault();
              event.currentTarget.blur();
            }
          }}
        />
      </label>
      <Button
        look="quiet"
        icon="trash"
        onBlur={() => setSure(false)}
        onClick={() => (isSure ? void act(() => client.deleteTemplate(name)) : setSure(true))}
      >
        {isSure ? 'Delete for good?' : 'Delete template'}
      </Button>
      {refusal && <Refusal error={refusal} />}
    </fieldset>
  );
}
