import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderGallery } from '../support/render-gallery';

it('App_FirstVisit_OneFieldAndAButtonAreEnough', async () => {
  const { backend, user } = await renderGallery();
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), 'A fox asleep');
  await user.click(screen.getByRole('button', { name: 'Generate' }));
  const strip = await screen.findByRole('article', { name: 'A fox asleep' });
  expect(strip).toHaveAttribute('data-status', 'queued');
  expect(backend.submitted).toMatchObject([{ template: 'txt2img', parameters: { prompt: 'A fox asleep' }, count: 1 }]);
});

it('App_RunningBatch_ShowsTextBarAndPicturesAsTheyLand', async () => {
  const { backend, user } = await renderGallery();
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), 'A fox asleep');
  await user.click(screen.getByRole('button', { name: 'One picture more' }));
  await user.click(screen.getByRole('button', { name: 'Generate' }));
  const strip = within(await screen.findByRole('article', { name: 'A fox asleep' }));
  const [events] = backend.generations;
  if (!events) {
    throw new Error('Nothing was submitted.');
  }
  backend.gateway.publish(events.started(2), events.progress(20, 20, 1, 2), events.image(1, 2));
  expect(await strip.findAllByRole('img', { name: 'A fox asleep' })).toHaveLength(1);
  backend.gateway.publish(events.progress(12, 20, 2, 2));
  expect(await strip.findByText('Image 2 of 2 - Step 12/20 (60%)')).toBeVisible();
  expect(strip.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '80');
  backend.gateway.publish(events.image(2, 2), events.completed(2));
  expect(await strip.findByText(/Done in 13 s/)).toBeVisible();
  expect(strip.getAllByRole('img', { name: 'A fox asleep' })).toHaveLength(2);
});
