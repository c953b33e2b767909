import { Icon, type IconName } from '../ui/icon';
import type { Template } from './template';

const icons: Record<string, IconName> = { txt2img: 'spark', img2img: 'image', inpaint: 'brush' };

interface TemplateTabsProps {
  templates: readonly Template[];
  current: string;
  onChoose(name: string): void;
}

/** Radio buttons that look like tabs: arrow keys move between them. */
export function TemplateTabs({ templates, current, onChoose }: TemplateTabsProps) {
  return (
    <fieldset className="flex flex-wrap justify-center gap-1">
      <legend className="sr-only">What to start from</legend>
      {templates.map(({ name, title, description }) => (
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
          <Icon name={icons[name] ?? 'image'} className="size-4 max-sm:hidden" />
          {title ?? name}
        </label>
      ))}
    </fieldset>
  );
}
