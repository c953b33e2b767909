import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderGallery } from '../support/render-gallery';

const many = ['Flux', 'Wan video', 'Song', 'Upscale', 'Castle', 'Tower', 'Lake'].map((title) => ({
  name: title.toLowerCase().replace(' ', '-'),
  title,
  parameters: [{ name: 'prompt', type: 'text' }],
}));

it('TemplatePicker_ManyTemplates_AreSearched', async () => {
  const { user } = await renderGallery('/', (services) =>
    services.answer('GET /api/templates', () => ({ templates: many })),
  );
  await user.type(await screen.findByRole('searchbox', { name: 'Search templates' }), 'wan');
  expect(screen.getAllByRole('radio').map((radio) => radio.closest('label')?.textContent)).toContain('Wan video');
  expect(screen.queryByRole('radio', { name: 'Lake' })).toBeNull();
});

it('Template_NeedsAVideo_AsksForItAndSendsItsName', async () => {
  const { backend, user } = await renderGallery('/', (services) =>
    services.answer('GET /api/templates', () => ({
      templates: [
        {
          name: 'restyle',
          title: 'Restyle',
          parameters: [
            { name: 'prompt', type: 'text' },
            { name: 'video', type: 'video', title: 'Video', required: true },
          ],
        },
      ],
    })),
  );
  await user.upload(
    await screen.findByLabelText('Video'),
    new File([new Uint8Array(4)], 'a.mp4', { type: 'video/mp4' }),
  );
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), 'Rain{Enter}');
  await expect.poll(() => backend.submitted[0]?.parameters).toMatchObject({ video: 'upload-1.png' });
});
