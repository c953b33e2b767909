import { ConnectionIndicator } from '../connection/indicator';
import { navigate } from '../platform/navigation';
import { useServices } from '../platform/services';
import { ThemeToggle } from '../ui/theme';
import { UserNameField } from './user-name';

export function Header() {
  const { identity } = useServices();
  return (
    <header className="mx-auto flex w-full max-w-[100rem] items-center gap-1 px-4 py-4 sm:px-8">
      <a
        href={identity.view === 'public' ? '/public' : '/'}
        onClick={navigate}
        className="flex items-center gap-3 rounded-lg font-mono text-xs tracking-[0.18em] text-ink uppercase"
      >
        <span className="grid h-6 w-8 place-items-center rounded-[3px] border-2 border-ink" aria-hidden="true">
          <span className="size-2 rounded-full bg-accent shadow-[0_0_0.75rem_var(--accent)]" />
        </span>
        <span className="max-sm:sr-only">LockN Gen</span>
      </a>
      <div className="ml-auto flex items-center">
        <UserNameField />
        <ConnectionIndicator />
        <ThemeToggle />
      </div>
    </header>
  );
}
