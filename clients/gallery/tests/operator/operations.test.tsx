import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { EventFactory } from '../../../typescript/tests/support/event-factory.js';
import type { Backend } from '../support/backend';
import { renderGallery } from '../support/render-gallery';

function machines(services: Backend) {
  services.answer('GET /api/instances', () => ({
    instances: [
      { name: 'attic', state: 'up', capacity: 2, running: 1, version: '0.27.0' },
      { name: 'cellar', state: 'needsRestart', reason: 'The worker thread is dead.', capacity: 1 },
    ],
  }));
}

it('Operations_Machines_ShowWhichNeedsAHand', async () => {
  const { user } = await renderGallery('/', machines);
  const operations = within(await screen.findByRole('region', { name: 'Operations' }));
  await user.click(operations.getByRole('button', { name: 'Details' }));
  const [attic, cellar] = operations.getAllByTestId('instance');
  expect(attic).toHaveTextContent('ComfyUI 0.27.0 · 1 of 2 in work');
  expect(cellar).toHaveTextContent('Needs restart');
  expect(cellar).toHaveTextContent('The worker thread is dead.');
});

it('Operations_PauseAndResume_HoldTheQueue', async () => {
  let paused = false;
  const status = () => ({ paused, waiting: 2, active: 1 });
  const { user } = await renderGallery('/', (services) => {
    services.answer('GET /api/queue', status);
    services.answer('POST /api/queue/pause', () => {
      paused = true;
      return status();
    });
  });
  await user.click(await screen.findByRole('button', { name: 'Pause queue' }));
  expect(await screen.findByRole('button', { name: 'Resume queue' })).toBeVisible();
  expect(screen.getByTestId('queue-summary')).toHaveTextContent('1 developing · 2 waiting · queue paused');
});

it('Operations_PauseRefused_SaysWhy', async () => {
  const { user } = await renderGallery('/', (services) =>
    services.refuse('POST /api/queue/pause', 403, {
      title: 'Forbidden',
      detail: 'This needs the scope generations:admin.',
    }),
  );
  await user.click(await screen.findByRole('button', { name: 'Pause queue' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('This needs the scope generations:admin.');
});

it('Operations_Queue_ListsEverybodysPromptsInOrder', async () => {
  const { backend, user } = await renderGallery();
  await user.click(await screen.findByRole('button', { name: 'Details' }));
  for (const [position, prompt, userName] of [
    [1, 'Second', 'Ada'],
    [0, 'First', 'Ben'],
  ] as const) {
    const events = new EventFactory();
    backend.records.push({
      id: events.id,
      status: 'queued',
      parameters: { prompt },
      metadata: { userName },
      createdAt: new Date().toISOString(),
    });
    backend.gateway.publish(events.queued(position));
  }
  const table = within(await screen.findByTestId('queue'));
  await waitFor(() =>
    expect(
      table
        .getAllByRole('row')
        .slice(1)
        .map((row) => row.textContent),
    ).toEqual([expect.stringContaining('FirstBen'), expect.stringContaining('SecondAda')]),
  );
});

it('Operations_MovedToTheFront_AsksTheApi', async () => {
  const { backend, user } = await renderGallery('/', (services) =>
    services.answer('POST /api/generations/*/front', () => ({ paused: false, waiting: 1, active: 0 })),
  );
  const events = new EventFactory();
  backend.records.push({ id: events.id, status: 'queued', parameters: { prompt: 'Rain' }, position: 4 });
  await user.click(await screen.findByRole('button', { name: 'Details' }));
  backend.gateway.publish(events.queued(4));
  await user.click(await screen.findByRole('button', { name: 'Move Rain to the front' }));
  await waitFor(() => expect(backend.gateway.count(`/api/generations/${events.id}/front`)).toBe(1));
});
