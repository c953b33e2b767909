import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderGallery } from '../support/render-gallery';

it('DeepLink_TemplateAndPrompt_FillTheFormAndLeaveTheAddress', async () => {
  await renderGallery('/?template=img2img&prompt=A%20castle&steps=12');
  expect(await screen.findByRole('textbox', { name: 'Prompt' })).toHaveValue('A castle');
  expect(await screen.findByRole('radio', { name: 'Image to image' })).toBeChecked();
  expect(location.search).toBe('');
});
