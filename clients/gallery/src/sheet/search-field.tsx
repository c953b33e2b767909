import { Icon } from '../ui/icon';

interface SearchFieldProps {
  value: string;
  /** Undefined while there is no search. */
  found: number | undefined;
  onChange(value: string): void;
}

export function SearchField({ value, found, onChange }: SearchFieldProps) {
  return (
    <search className="flex items-center justify-between gap-4">
      <h2 className="font-serif text-3xl italic">Contact sheet</h2>
      <label className="flex h-10 w-40 items-center gap-2 rounded-full border border-line bg-surface px-3 text-soft transition-[width] focus-within:w-64 focus-within:border-edge motion-reduce:transition-none sm:w-56">
        <Icon name="search" />
        <input
          type="search"
          aria-label="Search the pictures"
          placeholder="Search"
          className="w-full min-w-0 bg-transparent text-sm text-ink outline-none placeholder:text-soft"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      </label>
      <span role="status" className="sr-only">
        {found !== undefined && `${found} found`}
      </span>
    </search>
  );
}
