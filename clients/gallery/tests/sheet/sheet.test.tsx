import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { EventFactory } from '../../../typescript/tests/support/event-factory.js';
import type { Backend } from '../support/backend';
import { renderGallery } from '../support/render-gallery';

function history(services: Backend) {
  for (let day = 0; day < 60; day++) {
    services.remember({
      id: `e5a0b1f2-0000-4000-8000-0000000000${String(day).padStart(2, '0')}`,
      parameters: { prompt: day === 55 ? 'The harbour at dusk' : `Lighthouse number ${day}` },
      createdAt: new Date(Date.UTC(2026, 0, 60 - day)).toISOString(),
    });
  }
}

it('Sheet_ScrolledToTheEnd_LoadsPageAfterPage', async () => {
  const { backend } = await renderGallery('/', history);
  await waitFor(() => expect(screen.getAllByRole('article')).toHaveLength(60));
  expect(screen.getAllByRole('article')[0]).toHaveAccessibleName('Lighthouse number 0');
  expect(backend.gateway.count('/api/generations')).toBe(3);
});

it('Sheet_Search_FindsWhatIsFarDown', async () => {
  const { user } = await renderGallery('/', history);
  await user.type(await screen.findByRole('searchbox', { name: 'Search the pictures' }), 'harbour');
  await waitFor(() =>
    expect(screen.getAllByRole('article').map((strip) => strip.getAttribute('aria-label'))).toEqual([
      'The harbour at dusk',
    ]),
  );
});

it('Sheet_HistoryRefused_OffersToTryAgain', async () => {
  const { backend, user } = await renderGallery('/', (services) =>
    services.refuse('GET /api/generations', 500, { title: 'Internal error', detail: 'The database is on fire.' }),
  );
  expect(await screen.findByText('The database is on fire.')).toBeVisible();
  backend.remember({ id: 'e5a0b1f2-0000-4000-8000-000000000001' });
  backend.answer('GET /api/generations', () => ({ items: backend.records, nextCursor: null }));
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('article', { name: 'A lighthouse' })).toBeVisible();
});

it('Sheet_PromptOfAnotherProgram_AppearsWithoutActions', async () => {
  const { backend } = await renderGallery();
  const events = new EventFactory();
  await backend.gateway.changed.until(() => backend.gateway.connections.length > 0);
  backend.gateway.publish(events.started(1), events.progress(3));
  const strip = await screen.findByRole('article', { name: 'A prompt from outside' });
  await waitFor(() => expect(strip).toHaveTextContent('not from LockN Gen'));
});
