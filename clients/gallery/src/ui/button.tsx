import type { ButtonHTMLAttributes } from 'react';
import { Icon, type IconName } from './icon';

const looks = {
  primary:
    'h-12 rounded-full bg-accent px-7 font-semibold text-accent-ink shadow-[0_0_2.5rem_-0.75rem_var(--accent)] hover:brightness-110 active:brightness-95',
  pill: 'h-10 rounded-full border border-line bg-surface px-4 text-sm text-ink hover:border-edge hover:bg-raised',
  quiet: 'h-9 rounded-full px-3 text-sm text-soft hover:bg-raised hover:text-ink',
  icon: 'size-10 rounded-full text-soft hover:bg-raised hover:text-ink',
};

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: keyof typeof looks;
  icon?: IconName;
}

export function Button({ look = 'pill', icon, className = '', children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      data-look={look}
      className={`inline-flex shrink-0 items-center justify-center gap-2 whitespace-nowrap transition disabled:cursor-default disabled:opacity-45 ${looks[look]} ${className}`}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
