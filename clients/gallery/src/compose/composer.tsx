import { ApiError } from '@lockngen/client';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { followLink } from '../platform/deep-link';
import { readUserName } from '../platform/identity';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { CountField } from './count-field';
import { FileField } from './file-field';
import { ImageField } from './image-field';
import { choicesOf } from './models';
import { ParameterField } from './parameter-field';
import { noteRecent } from './recent-templates';
import { Refusal } from './refusal';
import { SeedField } from './seed-field';
import { SizeField } from './size-field';
import { files, firstTemplate, furtherParameters, parameterOf, requiredFiles } from './template';
import { TemplateActions } from './template-actions';
import { TemplateTabs } from './template-tabs';
import { useCatalog } from './use-catalog';
import { useDraft } from './use-draft';

/** The form that requests pictures: one field and a button, and optional settings. */
export function Composer() {
  const { feed, draft, identity } = useServices();
  const { template: name, values: chosen } = useDraft();
  const { templates, models } = useCatalog();
  const [isOpen, setOpen] = useState(false);
  const [underWay, setUnderWay] = useState(0);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const promptField = useRef<HTMLTextAreaElement>(null);
  const template = templates.find((candidate) => candidate.name === name) ?? templates[0] ?? firstTemplate;
  const prompt = String(chosen.prompt ?? '');

  useEffect(() => followLink(draft, new URL(location.href)), [draft]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { values, count } = await draft.settled();
    const missing = template.parameters.find(
      ({ name, required, default: standard }) =>
        (required || ((name === 'image' || name === 'mask') && standard === undefined)) && values[name] === undefined,
    );
    if (missing) {
      setRefusal(incomplete(missing.name));
      promptField.current?.focus();
      return;
    }
    setRefusal(null);
    setUnderWay((many) => many + 1);
    try {
      const names = new Set(template.parameters.map(({ name }) => name));
      const parameters = Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
      const userName = readUserName(localStorage);
      const metadata = { sessionId: identity.sessionId, ...(userName && { userName }) };
      noteRecent(localStorage, template.name);
      await feed.submit({ template: template.name, parameters, count, metadata });
    } catch (error) {
      setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
    }
    setUnderWay((many) => many - 1);
  };

  const submitOnEnter = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      event.currentTarget.form?.requestSubmit();
    }
  };

  // A phone has room for the most common settings; the others are under More.
  const onDemand = isOpen ? '' : 'max-sm:hidden';
  return (
    <form onSubmit={submit} noValidate className="mx-auto w-full max-w-4xl space-y-3" data-testid="composer">
      <div className="rounded-3xl border border-line bg-surface/80 p-5 shadow-2xl shadow-black/15 focus-within:border-edge sm:p-6">
        <label htmlFor="prompt" className="sr-only">
          Prompt
        </label>
        <textarea
          id="prompt"
          ref={promptField}
          rows={1}
          className="field-sizing-content max-h-72 min-h-14 w-full resize-none bg-transparent font-serif text-3xl leading-tight text-ink outline-none placeholder:text-soft/80 placeholder:italic sm:text-4xl"
          placeholder="Describe a picture…"
          value={prompt}
          onChange={(event) => draft.set({ prompt: event.target.value })}
          onKeyDown={submitOnEnter}
          aria-keyshortcuts="Enter"
          autoComplete="off"
        />
        {parameterOf(template, 'image') && <ImageField hasMask={parameterOf(template, 'mask') !== undefined} />}
        {requiredFiles(template).map((parameter) => (
          <FileField key={`${template.name} ${parameter.name}`} parameter={parameter} />
        ))}
        <div className="mt-3 flex flex-wrap items-center gap-2 border-t border-line pt-4">
          <CountField />
          <SizeField template={template} className={onDemand} />
          {parameterOf(template, 'seed') && <SeedField className={onDemand} />}
          <Button icon="sliders" aria-expanded={isOpen} aria-controls="more-settings" onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Less' : 'More'}
          </Button>
          <Button
            type="submit"
            look="primary"
            className="max-sm:flex-1 sm:ml-auto max-sm:basis-full"
            aria-busy={underWay > 0}
          >
            Generate
          </Button>
        </div>
        {isOpen && (
          <div id="more-settings" className="mt-5 grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
            {furtherParameters(template).map((parameter) =>
              parameter.type in files ? (
                <FileField key={`${template.name} ${parameter.name}`} parameter={parameter} />
              ) : (
                <ParameterField
                  key={parameter.name}
                  parameter={parameter}
                  value={chosen[parameter.name]}
                  choices={parameter.choices ?? choicesOf(parameter.name, models)}
                  onChange={(value) => draft.set({ [parameter.name]: value })}
                />
              ),
            )}
          </div>
        )}
      </div>
      {templates.length > 1 && (
        <TemplateTabs
          templates={templates}
          current={template.name}
          onChoose={(chosenName) => draft.choose(chosenName)}
        />
      )}
      {template.editable && <TemplateActions key={template.name} template={template} />}
      {refusal && <Refusal error={refusal} />}
    </form>
  );
}

function incomplete(name: string): ApiError {
  const detail = { image: 'Choose a picture to start from.', mask: 'Paint over what shall change.' }[name];
  return new ApiError(0, {
    title: name === 'prompt' ? 'Describe a picture first.' : (detail ?? `${name} is missing.`),
    code: 'incomplete',
  });
}
