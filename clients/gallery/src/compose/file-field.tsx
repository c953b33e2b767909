import { ApiError } from '@lockngen/client';
import { useId, useState } from 'react';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { Refusal } from './refusal';
import { files, labelOf, type TemplateParameter } from './template';

/** A file of any type that a workflow reads; uploaded immediately, so that Generate need not wait for it. */
export function FileField({ parameter }: { parameter: TemplateParameter }) {
  const { client, draft } = useServices();
  const id = useId();
  const [name, setName] = useState('');
  const [refusal, setRefusal] = useState<ApiError | null>(null);

  const take = async (file: File | undefined) => {
    if (!file) {
      return;
    }
    setRefusal(null);
    setName(file.name);
    try {
      await draft.setLater(
        parameter.name,
        client.upload(file, file.name).then((upload) => upload.name),
      );
    } catch (error) {
      setName('');
      setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
    }
  };

  const remove = () => {
    setName('');
    draft.set({ [parameter.name]: undefined });
  };

  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block px-1 text-sm text-soft">
        {labelOf(parameter)}
        {name && `: ${name}`}
      </label>
      <div className="flex items-center gap-2">
        <input
          id={id}
          type="file"
          accept={files[parameter.type]}
          className="min-w-0 flex-1 text-sm text-soft file:mr-3 file:h-10 file:rounded-full file:border file:border-line file:bg-surface file:px-4 file:text-ink"
          onChange={(event) => void take(event.target.files?.[0])}
        />
        {name && <Button look="icon" icon="close" aria-label={`Remove ${name}`} onClick={remove} />}
      </div>
      {refusal && <Refusal error={refusal} />}
    </div>
  );
}
