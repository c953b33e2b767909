import { useEffect, useState } from 'react';
import { useServices } from '../platform/services';
import { type ModelList, noModels } from './models';
import { firstTemplate, simplestFirst, type Template, type TemplateList } from './template';
import { onTemplatesChanged } from './template-changes';

export interface Catalog {
  readonly templates: readonly Template[];
  readonly models: ModelList;
}

/** How often the models are read again, because instances come and go. In milliseconds. */
const refreshMs = 60_000;

/** What the server offers. Requested again when the page becomes visible, and every minute. */
export function useCatalog(): Catalog {
  const { client } = useServices();
  const [catalog, setCatalog] = useState<Catalog>({ templates: [firstTemplate], models: noModels });
  useEffect(() => {
    const abort = new AbortController();
    const refresh = async () => {
      if (document.visibilityState === 'hidden') {
        return;
      }
      // If the server is unreachable, what is known is kept: the connection indicator shows the problem.
      const [templates, models] = await Promise.allSettled([
        client.templates<TemplateList>(abort.signal),
        client.models<ModelList>(abort.signal),
      ]);
      if (!abort.signal.aborted) {
        setCatalog((before) => ({
          templates: templates.status === 'fulfilled' ? simplestFirst(templates.value.templates) : before.templates,
          models: models.status === 'fulfilled' ? models.value : before.models,
        }));
      }
    };
    void refresh();
    const timer = setInterval(refresh, refreshMs);
    const forget = onTemplatesChanged(() => void refresh());
    document.addEventListener('visibilitychange', refresh);
    return () => {
      abort.abort();
      clearInterval(timer);
      forget();
      document.removeEventListener('visibilitychange', refresh);
    };
  }, [client]);
  return catalog;
}
