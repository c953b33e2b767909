import { useState } from 'react';
import { Icon, type IconName } from '../ui/icon';
import { controlLook } from './parameter-field';
import { lastUsedFirst } from './recent-templates';
import type { Template } from './template';

const icons: Record<string, IconName> = { txt2img: 'spark', img2img: 'image', inpaint: 'brush' };

interface TemplateTabsProps {
  templates: readonly Template[];
  current: string;
  onChoose(name: string): void;
}

/** Up to this many are shown as tabs; more become searchable, recently used ones first. */
const fewest = 6;

/** Radio buttons that look like tabs: arrow keys move between them. */
export function TemplateTabs({ templates, current, onChoose }: TemplateTabsProps) {
  const [words, setWords] = useState('');
  const isLong = templates.length > fewest;
  const shown = isLong
    ? lastUsedFirst(localStorage, templates).filter(
        ({ name, title }) => name === current || `${name} ${title ?? ''}`.toLowerCase().includes(words.toLowerCase()),
      )
    : templates;
  return (
    <fieldset className="flex max-h-72 flex-wrap justify-center gap-1 overflow-y-auto">
      <legend className="sr-only">What to start from</legend>
      {isLong && (
        <input
          type="search"
          aria-label="Search templates"
          placeholder="Search templates"
          className={`${controlLook} mb-2 w-full`}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      )}
      {shown.map(({ name, title, description, picture }) => (
        <label
          key={name}
          title={description ?? undefined}
          className="inline-flex h-9 items-center gap-2 rounded-full px-3 text-sm sm:px-4 text-soft transition hover:text-ink has-checked:bg-raised has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent-text"
        >
          <input
            type="radio"
            name="template"
            className="sr-only"
            checked={name === current}
            onChange={() => onChoose(name)}
          />
          {picture ? (
            <img src={picture} alt="" className="size-6 rounded-md object-cover" />
          ) : (
            <Icon name={icons[name] ?? 'image'} className="size-4 max-sm:hidden" />
          )}
          {title ?? name}
        </label>
      ))}
    </fieldset>
  );
}
