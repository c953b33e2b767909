import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { openGallery, renderGallery } from '../support/render-gallery';
import { submit } from '../support/submit';

it('App_FirstVisit_OneFieldAndAButtonAreEnough', async () => {
  const { backend, user } = await renderGallery();
  await submit(backend, user, 'A fox asleep');
  expect(backend.submitted).toMatchObject([{ template: 'txt2img', parameters: { prompt: 'A fox asleep' }, count: 1 }]);
});

it('App_RunningBatch_ShowsTextBarAndPicturesAsTheyLand', async () => {
  const { backend, user } = await renderGallery();
  await user.click(screen.getByRole('button', { name: 'One picture more' }));
  const { events, strip } = await submit(backend, user, 'A fox asleep');
  backend.gateway.publish(events.started(2), events.progress(20, 20, 1, 2), events.image(1, 2));
  expect(await strip.findAllByRole('img', { name: 'A fox asleep' })).toHaveLength(1);
  backend.gateway.publish(events.progress(12, 20, 2, 2));
  expect(await strip.findByText('Image 2 of 2 - Step 12/20 (60%)')).toBeVisible();
  expect(strip.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '80');
  backend.gateway.publish(events.image(2, 2), events.completed(2));
  expect(await strip.findByText(/Done in 13 s/)).toBeVisible();
  expect(strip.getAllByRole('img', { name: 'A fox asleep' })).toHaveLength(2);
});

it('App_ReloadedMidRun_CarriesOn', async () => {
  const { backend, user, unmount, services } = await renderGallery();
  const { events } = await submit(backend, user, 'A fox asleep');
  backend.gateway.publish(events.started(1), events.progress(3));
  await screen.findByText('Image 1 of 1 - Step 3/20 (15%)');
  unmount();
  services.connection.close();

  openGallery(backend);
  expect(await screen.findByText('Image 1 of 1 - Step 3/20 (15%)')).toBeVisible();
  backend.gateway.publish(events.progress(4));
  expect(await screen.findByText('Image 1 of 1 - Step 4/20 (20%)')).toBeVisible();
});

it('App_ConnectionLostMidRun_CatchesUp', async () => {
  const { backend, user } = await renderGallery();
  const { events, strip } = await submit(backend, user, 'A fox asleep');
  backend.gateway.publish(events.started(1), events.progress(3));
  await strip.findByText('Image 1 of 1 - Step 3/20 (15%)');
  backend.gateway.drop();
  backend.gateway.publish(events.progress(20), events.image(1), events.completed(1));
  expect(await strip.findByText(/Done in/)).toBeVisible();
});

it('App_FourRapidSubmissions_OneOnTheFilmAndThreeInLine', async () => {
  const { backend, user } = await renderGallery();
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), 'Rain');
  for (let press = 0; press < 4; press++) {
    await user.click(screen.getByRole('button', { name: 'Generate' }));
  }
  const line = await screen.findByRole('list', { name: 'Waiting' });
  await waitFor(() => expect(within(line).getAllByRole('listitem')).toHaveLength(3));
  expect(screen.getAllByRole('article')).toHaveLength(1);
  expect(backend.submitted).toHaveLength(4);
});

it('App_PublicView_KeepsSessionAndNameAndHidesTheMachines', async () => {
  const { backend, user, unmount } = await renderGallery('/public');
  await user.type(screen.getByRole('textbox', { name: 'Your name' }), 'Ada');
  await submit(backend, user, 'A fox asleep');
  const sessionId = localStorage.getItem('lockngen:session');
  expect(backend.submitted[0]?.metadata).toEqual({ sessionId, userName: 'Ada' });
  const request = backend.gateway.requests.find(({ method }) => method === 'POST');
  expect(request?.headers['x-session-id']).toBe(sessionId);
  expect(screen.queryByRole('region', { name: 'Operations' })).toBeNull();
  unmount();

  openGallery(backend, '/public');
  expect(screen.getByRole('textbox', { name: 'Your name' })).toHaveValue('Ada');
  expect(localStorage.getItem('lockngen:session')).toBe(sessionId);
});

it('App_TokensWanted_SwapsTheTokenForASession', async () => {
  const { backend, user } = await renderGallery('/', (services) => {
    services.answer('GET /api/session', () => ({ authenticationRequired: true, authenticated: false, admin: false }));
    services.refuse('POST /api/session', 401, {
      title: 'Unauthorized',
      detail: 'The token has expired.',
      code: 'unauthorized',
    });
  });
  await user.type(await screen.findByLabelText('Paste the token that you were given.'), 'old');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('The token has expired.');
  const request = backend.gateway.requests.find(({ method }) => method === 'POST');
  expect(request?.headers.authorization).toBe('Bearer old');
});

it('App_NotAnAdministrator_SeesNoMachines', async () => {
  const { backend } = await renderGallery('/', (services) => {
    services.answer('GET /api/session', () => ({ authenticationRequired: true, authenticated: true, admin: false }));
    services.remember({ id: 'e5a0b1f2-0000-4000-8000-000000000001' });
  });
  await screen.findByRole('article', { name: 'A lighthouse' });
  expect(screen.queryByRole('region', { name: 'Operations' })).toBeNull();
  expect(backend.gateway.count('/api/session')).toBe(1);
});
