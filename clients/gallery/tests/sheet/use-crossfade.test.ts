import { act, renderHook } from '@testing-library/react';
import { expect, it } from 'vitest';
import { useCrossfade } from '../../src/sheet/use-crossfade';

const render = () => renderHook(({ url }) => useCrossfade(url), { initialProps: { url: 'a' } });

const urls = (layers: readonly { url: string }[]) => layers.map(({ url }) => url).join();

it('Crossfade_NewerAddressWhileOneLoads_WaitsForIt', () => {
  const { result, rerender } = render();
  rerender({ url: 'b' });
  rerender({ url: 'c' });
  expect(urls(result.current.layers)).toBe('a');
  act(() => result.current.loaded('a'));
  expect(urls(result.current.layers)).toBe('a,c');
});

it('Crossfade_ManyPictures_KeepsTheLastTwoAndTheLoadingOne', () => {
  const { result, rerender } = render();
  for (const url of ['b', 'c', 'd']) {
    act(() => result.current.loaded(result.current.layers.at(-1)?.url ?? ''));
    rerender({ url });
  }
  expect(urls(result.current.layers)).toBe('b,c,d');
});

it('Crossfade_PictureThatFails_DoesNotStay', () => {
  const { result, rerender } = render();
  act(() => result.current.loaded('a'));
  rerender({ url: 'b' });
  act(() => result.current.failed('b'));
  rerender({ url: 'c' });
  expect(urls(result.current.layers)).toBe('a,c');
});
