import { useState } from 'react';

export interface Layer {
  readonly url: string;
  readonly isLoaded: boolean;
}

/**
 * The layers of a changing picture: the last two that have loaded, and the one that is loading. A newer address waits until
 * that one has loaded; otherwise previews that arrive faster than they load would never be shown.
 */
export function useCrossfade(url: string | undefined) {
  const [layers, setLayers] = useState<readonly Layer[]>([]);
  const [broken, setBroken] = useState('');
  const last = layers.at(-1);
  if (url && url !== broken && last?.url !== url && (!last || last.isLoaded)) {
    setLayers([...layers.slice(-2), { url, isLoaded: false }]);
  }
  return {
    layers,
    loaded: (done: string) =>
      setLayers((all) => all.map((layer) => (layer.url === done ? { ...layer, isLoaded: true } : layer))),
    failed: (gone: string) => {
      setBroken(gone);
      setLayers((all) => all.filter((layer) => layer.url !== gone));
    },
  };
}
