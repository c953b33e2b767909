import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderGallery } from '../support/render-gallery';

const own = {
  name: 'castle',
  title: 'Castle',
  version: 1,
  visibility: 'private',
  order: 0,
  editable: true,
  parameters: [{ name: 'prompt', type: 'text' }],
};

async function renderOwn() {
  const saved: Record<string, unknown>[] = [];
  let isDeleted = false;
  const rendered = await renderGallery('/', (services) => {
    services.answer('GET /api/templates', () => ({ templates: isDeleted ? [] : [{ ...own, ...saved.at(-1) }] }));
    services.answer('GET /api/templates/castle', () => ({ ...own, workflow: { 1: {} } }));
    services.gateway.routes.set('PUT /api/templates/castle', (_request, _url, body) => {
      saved.push(JSON.parse(String(body)));
      return { body: own };
    });
    services.gateway.routes.set('DELETE /api/templates/castle', () => {
      isDeleted = true;
      return { status: 204 };
    });
  });
  return { ...rendered, saved };
}

it('Template_OfOnesOwn_IsShownToEveryoneAndBack', async () => {
  const { user, saved } = await renderOwn();
  await user.click(await screen.findByRole('button', { name: 'Show to everyone' }));
  expect(await screen.findByRole('button', { name: 'Show only to me' })).toBeInTheDocument();
  expect(saved[0]).toMatchObject({ visibility: 'everyone', title: 'Castle', workflow: { 1: {} } });
});

it('Template_OfOnesOwn_IsGivenAnotherPlaceByKeyboard', async () => {
  const { user, saved } = await renderOwn();
  const place = await screen.findByRole('spinbutton', { name: 'Place in the list' });
  await user.clear(place);
  await user.type(place, '3{Enter}');
  await waitFor(() => expect(saved[0]).toMatchObject({ order: 3 }));
});

it('Template_OfOnesOwn_IsDeletedAtTheSecondPress', async () => {
  const { user } = await renderOwn();
  await user.click(await screen.findByRole('button', { name: 'Delete template' }));
  await user.click(await screen.findByRole('button', { name: 'Delete for good?' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: /Delete/ })).toBeNull());
});

it('Template_OfSomebodyElse_HasNoSuchButtons', async () => {
  await renderGallery('/');
  await screen.findByRole('radio', { name: 'Inpaint' });
  expect(screen.queryByRole('button', { name: 'Delete template' })).toBeNull();
});

it('Draft_OfANewVisitor_TakesTheFirstTemplateOfTheServer', async () => {
  const flux = { name: 'flux-dev', title: 'Flux dev', parameters: [{ name: 'prompt', type: 'text', required: true }] };
  const txt2img = { ...flux, name: 'txt2img', title: 'Text to image' };
  const { backend, user } = await renderGallery('/', (services) =>
    services.answer('GET /api/templates', () => ({ templates: [flux, txt2img] })),
  );
  expect(await screen.findByRole('radio', { name: 'Flux dev' })).toBeChecked();
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), 'Rain{Enter}');
  await expect.poll(() => backend.submitted[0]?.template).toBe('flux-dev');
});
