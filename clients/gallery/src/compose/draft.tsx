import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { GenerationRecord } from '../generations/generation';

/** What is being asked for. Only what differs from the template's defaults is in `values`. */
export interface Draft {
  readonly template: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly count: number;
}

interface DraftContext extends Draft {
  choose(template: string): void;
  /** Undefined goes back to the default. */
  set(values: Readonly<Record<string, unknown>>): void;
  setCount(count: number): void;
  /** Takes over the settings of an earlier generation. */
  load(record: GenerationRecord): void;
  /** Sets a value that is still on its way to the server; the later of two for one name counts. */
  setLater(name: string, value: Promise<unknown>): Promise<void>;
  /** The draft with everything in it that was on its way. */
  settled(): Promise<Draft>;
}

export const maxCount = 100;

const key = 'lockngen:draft';
const fresh: Draft = { template: 'txt2img', values: {}, count: 1 };
const Context = createContext<DraftContext | null>(null);

export function DraftProvider({ children }: { children: ReactNode }) {
  const [draft, setDraft] = useState(restore);
  useEffect(() => localStorage.setItem(key, JSON.stringify(draft)), [draft]);

  const choose = useCallback((template: string) => setDraft((before) => ({ ...before, template })), []);
  const set = useCallback((values: Readonly<Record<string, unknown>>) => {
    setDraft((before) => ({ ...before, values: present({ ...before.values, ...values }) }));
  }, []);
  const setCount = useCallback((count: number) => {
    setDraft((before) => ({ ...before, count: Math.min(maxCount, Math.max(1, Math.round(count) || 1)) }));
  }, []);
  const load = useCallback(({ template, parameters, count }: GenerationRecord) => {
    setDraft({ template: template ?? fresh.template, values: present(parameters ?? {}), count: count ?? 1 });
    document.getElementById('prompt')?.focus();
    window.scrollTo({ top: 0 });
  }, []);

  const latest = useRef(draft);
  latest.current = draft;
  const uploads = useRef(new Map<string, Promise<unknown>>());
  const setLater = useCallback(
    async (name: string, value: Promise<unknown>) => {
      uploads.current.set(name, value);
      set({ [name]: undefined });
      try {
        const result = await value;
        if (uploads.current.get(name) === value) {
          latest.current = { ...latest.current, values: { ...latest.current.values, [name]: result } };
          set({ [name]: result });
        }
      } finally {
        if (uploads.current.get(name) === value) {
          uploads.current.delete(name);
        }
      }
    },
    [set],
  );
  const settled = useCallback(async () => {
    await Promise.allSettled(uploads.current.values());
    return latest.current;
  }, []);

  const context = useMemo(
    () => ({ ...draft, choose, set, setCount, load, setLater, settled }),
    [draft, choose, set, setCount, load, setLater, settled],
  );
  return <Context value={context}>{children}</Context>;
}

export function useDraft(): DraftContext {
  const draft = useContext(Context);
  if (!draft) {
    throw new Error('useDraft needs a <DraftProvider> around it.');
  }
  return draft;
}

function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}

function restore(): Draft {
  try {
    return { ...fresh, ...JSON.parse(localStorage.getItem(key) ?? '{}') };
  } catch {
    // Something else wrote there, or an older version did.
    return fresh;
  }
}
