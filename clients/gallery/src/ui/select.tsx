import type { SelectHTMLAttributes } from 'react';
import { Icon } from './icon';

/** A native select, for the phone's own picker and the keyboard, styled like the page. */
export function Select({ className = '', ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className={`relative inline-flex min-w-0 ${className}`}>
      <select
        className="h-10 w-full min-w-0 appearance-none truncate rounded-full border border-line bg-surface pr-9 pl-4 text-sm text-ink hover:border-edge"
        {...rest}
      />
      <Icon name="chevron" className="pointer-events-none absolute top-3 right-3.5 size-4 text-soft" />
    </span>
  );
}
