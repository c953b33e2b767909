import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderGallery } from '../support/render-gallery';
import { submit } from '../support/submit';

const photo = () => new File([new Uint8Array([137, 80, 78, 71])], 'photo.png', { type: 'image/png' });

it('Composer_NoPrompt_SaysWhatIsMissingAndSendsNothing', async () => {
  const { backend, user } = await renderGallery();
  await user.click(screen.getByRole('button', { name: 'Generate' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Describe a picture first.');
  expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveFocus();
  expect(backend.submitted).toHaveLength(0);
});

it('Composer_Enter_Generates', async () => {
  const { backend, user } = await renderGallery();
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), 'Rain{Enter}');
  await waitFor(() => expect(backend.submitted).toMatchObject([{ parameters: { prompt: 'Rain' } }]));
});

it('Composer_RefusedModel_ShowsTheReasonAndWhatToDo', async () => {
  const { user } = await renderGallery('/', (services) => {
    const message = "No instance has the model 'real.safetensors'. Nearest: dreams.safetensors.";
    services.refuse('POST /api/generations', 400, {
      title: 'Invalid request',
      detail: message,
      code: 'invalid_request',
      errors: [{ field: 'parameters.model', code: 'missing_model', message }],
    });
  });
  await user.click(screen.getByRole('button', { name: 'More' }));
  await user.selectOptions(await screen.findByRole('combobox', { name: 'Model' }), 'real.safetensors');
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), 'Rain{Enter}');
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Nearest: dreams.safetensors.');
  expect(alert).toHaveTextContent('Change the request as described');
  expect(screen.queryByRole('article')).toBeNull();
});

it('Composer_SettingsChosen_OnlyThoseAreSent', async () => {
  const { backend, user } = await renderGallery();
  await user.selectOptions(await screen.findByRole('combobox', { name: 'Size' }), 'Portrait');
  await user.click(screen.getByRole('button', { name: 'Roll the dice' }));
  await user.click(screen.getByRole('button', { name: 'More' }));
  await user.type(screen.getByRole('spinbutton', { name: 'Steps' }), '8');
  await user.selectOptions(screen.getByRole('combobox', { name: 'Sampler' }), 'ddim');
  await submit(backend, user, 'Rain');
  const { parameters } = backend.submitted[0] ?? {};
  expect(parameters).toEqual({
    prompt: 'Rain',
    width: 448,
    height: 640,
    seed: Number((screen.getByRole('spinbutton', { name: 'Seed' }) as HTMLInputElement).value),
    steps: 8,
    sampler: 'ddim',
  });
});

it('Composer_ImageToImage_SendsTheUploadedName', async () => {
  const { backend, user } = await renderGallery();
  await user.click(await screen.findByRole('radio', { name: 'Image to image' }));
  await user.upload(screen.getByLabelText('Picture to start from', { selector: 'input' }), photo());
  await submit(backend, user, 'As a woodcut');
  expect(backend.submitted[0]).toMatchObject({ template: 'img2img', parameters: { image: 'upload-1.png' } });
});

it('Composer_ImageMissing_AsksForOne', async () => {
  const { backend, user } = await renderGallery();
  await user.click(await screen.findByRole('radio', { name: 'Image to image' }));
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), 'As a woodcut{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Choose a picture to start from.');
  expect(backend.submitted).toHaveLength(0);
});

it('Composer_UploadRefused_SaysWhy', async () => {
  const { user } = await renderGallery('/', (services) => {
    services.refuse('POST /api/uploads', 413, { title: 'Too large', detail: 'The file has 60 MB; 50 MB are allowed.' });
  });
  await user.click(await screen.findByRole('radio', { name: 'Image to image' }));
  await user.upload(screen.getByLabelText('Picture to start from', { selector: 'input' }), photo());
  expect(await screen.findByText('The file has 60 MB; 50 MB are allowed.')).toBeVisible();
});

it('Composer_DraftOfAnEarlierVisit_IsThereAgain', async () => {
  localStorage.setItem('lockngen:draft', JSON.stringify({ template: 'txt2img', values: { prompt: 'Rain' }, count: 3 }));
  await renderGallery();
  expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveValue('Rain');
  expect(within(screen.getByRole('group', { name: 'How many pictures' })).getByRole('textbox')).toHaveValue('3');
});
