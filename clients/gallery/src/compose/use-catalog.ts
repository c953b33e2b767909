import { useEffect, useState } from 'react';
import { useServices } from '../platform/services';
import { type ModelList, noModels } from './models';
import { firstTemplate, simplestFirst, type Template, type TemplateList } from './template';
import { onTemplatesChanged } from './template-changes';

export interface Catalog {
  readonly templates: readonly Template[];
  readonly models: ModelList;
}

/** Machines come and go, and with them their models, in milliseconds. */
const refreshMs = 60_000;

/** What the server offers. Asked again when the page comes back into view, and every minute. */
export function useCatalog(): Catalog {
  const { client } = useServices();
  const [catalog, setCatalog] = useState<Catalog>({ templates: [firstTemplate], models: noModels });
  useEffect(() => {
    const abort = new AbortController();
    const refresh = async () => {
      if (document.visibilityState === 'hidden') {
        return;
      }
      // A server that cannot be asked leaves what is known: the connection indicator tells the rest.
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
