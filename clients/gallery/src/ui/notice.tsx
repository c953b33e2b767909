import type { ReactNode } from 'react';
import { Icon } from './icon';

interface NoticeProps {
  title: string;
  /** What to do next. */
  advice?: string;
  children?: ReactNode;
}

/** Something went wrong: what, what to do about it, and the details for those who want them. */
export function Notice({ title, advice, children }: NoticeProps) {
  return (
    <div role="alert" className="flex gap-3 rounded-xl border border-bad/40 bg-bad/8 px-4 py-3 text-sm">
      <Icon name="warning" className="mt-0.5 size-5 text-bad" />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="font-semibold text-ink">{title}</p>
        {advice && <p className="text-soft">{advice}</p>}
        {children}
      </div>
    </div>
  );
}
