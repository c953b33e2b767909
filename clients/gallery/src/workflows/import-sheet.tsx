import { ApiError, type ImportedWorkflow } from '@lockngen/client';
import { useEffect, useId, useRef, useState } from 'react';
import { controlLook } from '../compose/parameter-field';
import { Refusal } from '../compose/refusal';
import type { Template } from '../compose/template';
import { tellTemplatesChanged } from '../compose/template-changes';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { Findings } from './findings';
import { GraphMap } from './graph-map';
import { ParameterRows } from './parameter-rows';

interface ImportSheetProps {
  imported: ImportedWorkflow;
  picture?: string;
  onClose(): void;
}

/** An imported workflow: which instances can run it, its graph, and the form made from it. */
export function ImportSheet({ imported, picture, onClose }: ImportSheetProps) {
  const { client, draft, identity } = useServices();
  const dialog = useRef<HTMLDialogElement>(null);
  const [title, setTitle] = useState(imported.title);
  const [parameters, setParameters] = useState(imported.parameters);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [told, setTold] = useState('');
  const titleId = useId();

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const attempt = async (act: () => Promise<void>) => {
    setRefusal(null);
    setTold('');
    try {
      await act();
    } catch (error) {
      setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
    }
  };

  const save = () =>
    attempt(async () => {
      const template = { title, parameters, workflow: imported.workflow, ...(picture && { picture }) };
      const saved = await client.saveTemplate<Template>(template);
      draft.set(Object.fromEntries(parameters.map(({ name }) => [name, undefined])));
      draft.choose(saved.name);
      tellTemplatesChanged();
      dialog.current?.close();
    });

  const tryOut = () =>
    attempt(async () => {
      await client.submit({
        workflow: withDefaults(imported.workflow, parameters),
        metadata: { sessionId: identity.sessionId },
      });
      setTold('On its way. Its results are on the page behind this sheet.');
    });

  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      className="m-auto max-h-[92dvh] w-[min(56rem,94vw)] overflow-auto rounded-3xl border border-line bg-surface p-5 text-start text-ink shadow-2xl backdrop:bg-black/60 sm:p-7"
      onClose={onClose}
      data-testid="import-sheet"
    >
      <div className="space-y-5">
        <div className="flex items-start justify-between gap-3">
          <h2 id={titleId} className="font-serif text-3xl">
            Your workflow
          </h2>
          <Button look="icon" icon="close" aria-label="Close" onClick={() => dialog.current?.close()} />
        </div>
        <label className="block space-y-1.5 text-sm text-soft">
          <span className="block px-1">Title</span>
          <input className={`${controlLook} w-full`} value={title} onChange={(event) => setTitle(event.target.value)} />
        </label>
        <Findings imported={imported} />
        <GraphMap workflow={imported.workflow} />
        <ParameterRows parameters={parameters} others={imported.otherParameters} onChange={setParameters} />
        {refusal && <Refusal error={refusal} />}
        <p role="status" className="text-sm text-soft">
          {told}
        </p>
        <div className="flex flex-wrap justify-end gap-2">
          <Button icon="play" onClick={() => void tryOut()}>
            Try it
          </Button>
          <Button look="primary" onClick={() => void save()}>
            Save as template
          </Button>
        </div>
      </div>
    </dialog>
  );
}

function withDefaults(workflow: ImportedWorkflow['workflow'], parameters: ImportedWorkflow['parameters']) {
  const filled = structuredClone(workflow) as Record<string, { inputs: Record<string, unknown> }>;
  for (const { default: value, targets } of parameters.filter((parameter) => parameter.default !== undefined)) {
    for (const { node, input } of targets) {
      const inputs = filled[node]?.inputs;
      if (inputs) {
        inputs[input] = value;
      }
    }
  }
  return filled;
}
