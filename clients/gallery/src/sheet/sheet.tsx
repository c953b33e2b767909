import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { Refusal } from '../compose/refusal';
import { type Generation, matches } from '../generations/generation';
import { Lightbox } from '../lightbox/lightbox';
import { useOpenResult } from '../lightbox/use-open-result';
import { useServices } from '../platform/services';
import { useFeed } from '../platform/use-feed';
import { Button } from '../ui/button';
import { layOut } from './lay-out';
import { SearchField } from './search-field';
import { Strip } from './strip';
import { WaitingList } from './waiting-list';

/** The contact sheet: all generations, newest first, loaded while scrolling. */
export function Sheet() {
  const { feed } = useServices();
  const { generations, hasMore, isLoading, error } = useFeed();
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const shown = useMemo(
    () => (wanted ? generations.filter((generation) => matches(generation, wanted)) : generations),
    [generations, wanted],
  );
  const { queue, active, ended, large } = useMemo(() => layOut(shown, wanted !== ''), [shown, wanted]);
  const { open, current, show, close } = useOpenResult(shown);
  useEffect(() => feed.look(wanted), [feed, wanted]);

  const end = useRef<HTMLDivElement>(null);
  const canLoad = hasMore && !isLoading && !error;

  useEffect(() => {
    const sentinel = end.current;
    if (!sentinel || !canLoad) {
      return;
    }
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) {
          void feed.loadMore();
        }
      },
      { rootMargin: '800px' },
    );
    observer.observe(sentinel);
    return () => observer.disconnect();
  }, [feed, canLoad]);

  const strip = (generation: Generation) => (
    <Strip key={generation.id} generation={generation} isLarge={large.has(generation.id)} onOpen={show} />
  );
  const isEmpty = generations.length === 0 && !hasMore;
  return (
    <section aria-label="Pictures" className="space-y-6" aria-busy={isLoading}>
      {generations.length > 0 && (
        <SearchField value={search} found={wanted ? shown.length : undefined} onChange={setSearch} />
      )}
      {/* One parent for all, so that a strip that ends goes on as it is. */}
      <div className="sheet">
        {[...active.map(strip), queue.length > 0 && <WaitingList key="queue" queue={queue} />, ...ended.map(strip)]}
      </div>
      {isEmpty && <p className="py-16 text-center font-serif text-2xl text-soft italic">Nothing on the sheet yet.</p>}
      {wanted && shown.length === 0 && !hasMore && (
        <p className="py-16 text-center font-serif text-2xl text-soft italic">No picture matches “{wanted}”.</p>
      )}
      {error && (
        <div className="mx-auto max-w-xl space-y-3">
          <Refusal error={error} />
          <Button icon="repeat" onClick={() => feed.loadMore()}>
            Try again
          </Button>
        </div>
      )}
      <div ref={end} className="h-10 text-center text-sm text-soft" aria-hidden="true">
        {isLoading && (
          <>
            <span className="spinner mr-2 align-[-0.1em]" />
            Looking through the negatives…
          </>
        )}
      </div>
      {open && <Lightbox open={open} onMove={current} onClose={close} />}
    </section>
  );
}
