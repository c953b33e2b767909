import { screen, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { renderGallery } from '../support/render-gallery';
import { submit } from '../support/submit';

const id = 'e5a0b1f2-0000-4000-8000-000000000001';

it('Strip_Finished_ShowsSeedSecondsAndAuthor', async () => {
  await renderGallery('/', (services) => services.remember({ id, metadata: { userName: 'Ada' } }));
  const strip = await screen.findByRole('article', { name: 'A lighthouse' });
  expect(strip).toHaveTextContent('seed 42');
  expect(strip).toHaveTextContent('Done in 12 s');
  expect(strip).toHaveTextContent('by Ada');
});

it('Strip_Failed_SaysWhatToDoWithComfyUisWordsOneClickAway', async () => {
  const { backend, user } = await renderGallery();
  const { events, strip } = await submit(backend, user, 'A fox asleep');
  backend.gateway.publish(
    events.started(1),
    events.failed('out_of_memory', 'Allocation on device 0 would exceed allowed memory.', true),
  );
  expect(await strip.findByRole('alert')).toHaveTextContent('Choose a smaller size');
  const message = strip.getByText('Allocation on device 0 would exceed allowed memory.');
  expect(message.closest('details')).not.toHaveAttribute('open');
  await user.click(strip.getByText('What ComfyUI said'));
  expect(message.closest('details')).toHaveAttribute('open');
});

it.each([
  ['missing_model', 'No machine has this model'],
  ['storage_failed', 'could not be stored'],
  ['queue_timeout', 'never started'],
])('Strip_FailedWith %s_AdvisesOnThat', async (code, advice) => {
  const { backend, user } = await renderGallery();
  const { events, strip } = await submit(backend, user, 'A fox asleep');
  backend.gateway.publish(events.started(1), events.failed(code, 'As ComfyUI said.', false));
  expect(await strip.findByRole('alert')).toHaveTextContent(advice);
});

it('Strip_WhoseProgressBreaks_KeepsItsActionsAndThePage', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  // The real bar asks the browser about motion: here that throws.
  vi.spyOn(globalThis, 'matchMedia').mockImplementation(() => {
    throw new Error('no media queries here');
  });
  const { backend, user } = await renderGallery();
  const { events, strip } = await submit(backend, user, 'A fox asleep');
  backend.gateway.publish(events.started(1), events.progress(3));
  expect(await strip.findByRole('alert')).toHaveTextContent('your images are still being made');
  expect(strip.getByRole('button', { name: 'Cancel' })).toBeEnabled();
  backend.gateway.publish(events.image(), events.completed());
  expect(await strip.findByTestId('image')).toBeInTheDocument();
});

it('Strip_InTheOwnQueueOfItsMachine_SaysWhereItWaitsAndBehindHowMany', async () => {
  const { backend, user } = await renderGallery();
  const { events, strip } = await submit(backend, user, 'A fox asleep');
  const waiting = events.queued(0, 2);
  waiting.data = { ...waiting.data, instance: 'gpu-1', waitsBehind: 2 };
  backend.gateway.publish(waiting);
  await waitFor(() => expect(strip.getByTestId('facts')).toHaveTextContent('waits at gpu-1 behind 2'));
  backend.gateway.publish(events.started(1));
  await waitFor(() => expect(strip.getByTestId('facts')).toHaveTextContent(/^gpu-1/));
});

it('Strip_LoadingTheModel_SaysSoInsteadOfAClassName', async () => {
  const { backend, user } = await renderGallery();
  const { events, strip } = await submit(backend, user, 'A fox asleep');
  backend.gateway.publish(events.started(1), events.node('CheckpointLoaderSimple', '4'));
  expect(await strip.findByText(/Loading the model/, { selector: '[data-part=text]' })).toBeVisible();
  expect(strip.queryByText(/CheckpointLoaderSimple/)).toBeNull();
  backend.gateway.publish(events.progress(9));
  expect(await strip.findByText('Developing')).toBeVisible();
});

it('Strip_Cancelled_ShowsTheReceiptThenTheEnd', async () => {
  const { backend, user } = await renderGallery();
  const { events, strip } = await submit(backend, user, 'A fox asleep');
  backend.gateway.publish(events.started(1), events.progress(3));
  await user.click(await strip.findByRole('button', { name: 'Cancel' }));
  expect(await strip.findByText(/the receipt is here/)).toBeVisible();
  backend.gateway.publish(events.cancelled());
  await waitFor(() => expect(strip.queryByRole('button', { name: 'Cancel' })).toBeNull());
  expect(strip.getByTestId('facts')).toHaveTextContent('Cancelled');
});

it('Strip_Vary_SendsTheSameWithoutItsSeed', async () => {
  const { backend, user } = await renderGallery('/', (services) =>
    services.remember({ id, parameters: { prompt: 'A lighthouse', seed: 42, steps: 8 }, count: 2 }),
  );
  await user.click(await screen.findByRole('button', { name: 'Vary' }));
  await waitFor(() =>
    expect(backend.submitted).toMatchObject([{ parameters: { prompt: 'A lighthouse', steps: 8 }, count: 2 }]),
  );
  expect(backend.submitted[0]?.parameters).not.toHaveProperty('seed');
});

it('Strip_RunAgain_QueuesTheSameOnceMore', async () => {
  const { backend, user } = await renderGallery('/', (services) => services.remember({ id }));
  await user.click(await screen.findByRole('button', { name: 'Run again' }));
  await waitFor(() => expect(screen.getAllByRole('article', { name: 'A lighthouse' })).toHaveLength(2));
  expect(backend.gateway.count(`/api/generations/${id}/requeue`)).toBe(1);
});

it('Strip_UseSettings_FillsTheForm', async () => {
  const { user } = await renderGallery('/', (services) =>
    services.remember({ id, parameters: { prompt: 'A lighthouse', seed: 42 }, count: 2 }),
  );
  await user.click(await screen.findByRole('button', { name: 'Use settings' }));
  expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveValue('A lighthouse');
  expect(screen.getByRole('spinbutton', { name: 'Seed' })).toHaveValue(42);
});

it('Strip_Deleted_IsGone', async () => {
  const { user } = await renderGallery('/', (services) => {
    services.remember({ id });
    services.gateway.routes.set('DELETE /api/generations/*', () => ({ status: 204 }));
  });
  await user.click(await screen.findByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(screen.queryByRole('article')).toBeNull());
});

it('Strip_ActionRefused_SaysWhy', async () => {
  const { user } = await renderGallery('/', (services) => {
    services.remember({ id });
    services.refuse('POST /api/generations/*/requeue', 503, {
      title: 'Queue full',
      detail: '1000 generations wait already.',
    });
  });
  await user.click(await screen.findByRole('button', { name: 'Run again' }));
  expect(await screen.findByText(/1000 generations wait already./)).toBeVisible();
});

it('Strip_InlinePicture_IsShownAsItIs', async () => {
  const url = 'data:image/png;base64,iVBORw0KGgo=';
  await renderGallery('/', (services) =>
    services.remember({ id, images: [{ index: 1, url, contentType: 'image/png' }] }),
  );
  expect(await screen.findByRole('img', { name: 'A lighthouse' })).toHaveAttribute('src', url);
});
