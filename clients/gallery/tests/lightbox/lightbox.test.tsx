import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Backend } from '../support/backend';
import { renderGallery } from '../support/render-gallery';

function twoGenerations(services: Backend) {
  const image = (id: string, index: number) => ({
    index,
    url: `/api/generations/${id}/images/${index}`,
    contentType: 'image/png',
    seed: index,
  });
  const first = 'e5a0b1f2-0000-4000-8000-000000000001';
  const second = 'e5a0b1f2-0000-4000-8000-000000000002';
  services.remember({ id: first, images: [image(first, 1), image(first, 2)], createdAt: '2026-02-03T15:07:00Z' });
  services.remember({
    id: second,
    parameters: { prompt: 'A harbour' },
    images: [image(second, 1)],
    createdAt: '2026-02-02T15:07:00Z',
  });
}

it('Lightbox_ArrowKeys_WalkThroughAllPictures', async () => {
  const { user } = await renderGallery('/', twoGenerations);
  await user.click(await screen.findByRole('button', { name: 'Open picture 1: A lighthouse' }));
  const dialog = screen.getByTestId('lightbox');
  // A browser moves the focus into a modal dialog by itself.
  screen.getByRole('button', { name: 'Close' }).focus();
  expect(dialog).toHaveTextContent('Picture 1 of 2');
  await user.keyboard('{ArrowRight}');
  expect(dialog).toHaveTextContent('Picture 2 of 2');
  await user.keyboard('{ArrowRight}');
  expect(dialog).toHaveTextContent('A harbour');
  expect(screen.getByRole('button', { name: 'Next result' })).toBeDisabled();
  await user.keyboard('{ArrowLeft}');
  expect(dialog).toHaveTextContent('A lighthouse');
});

it('Lightbox_Close_GoesBackToTheSheet', async () => {
  const { user } = await renderGallery('/', twoGenerations);
  await user.click(await screen.findByRole('button', { name: 'Open picture 1: A harbour' }));
  await user.click(screen.getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(screen.queryByTestId('lightbox')).toBeNull());
});
