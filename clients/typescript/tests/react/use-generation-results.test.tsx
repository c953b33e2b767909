import { waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { useGenerationResults } from '../../src/react/index.js';
import { EventFactory } from '../support/event-factory.js';
import { gatewayPerTest } from '../support/gateway-per-test.js';
import { renderHookWith } from '../support/render.js';

const test = gatewayPerTest();

it('grows with every result, and is the same list until then', async () => {
  const factory = new EventFactory();
  const { result, rerender } = renderHookWith(test.gateway, () => useGenerationResults(factory.id));
  await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
  const started = factory.started(2);
  const sound = factory.image(1, 2);
  sound.data.image = { ...sound.data.image, kind: 'audio', contentType: 'audio/flac' };
  test.gateway.publish(started, sound);
  await waitFor(() => expect(result.current).toMatchObject([{ kind: 'audio', index: 1 }]));
  const before = result.current;
  rerender();
  expect(result.current).toBe(before);
  test.gateway.publish(factory.image(2, 2));
  await waitFor(() => expect(result.current).toMatchObject([{ kind: 'audio' }, { kind: 'image', index: 2 }]));
});

it('is empty without an id', () => {
  const { result } = renderHookWith(test.gateway, () => useGenerationResults(null));
  expect(result.current).toEqual([]);
});
