import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Backend } from '../support/backend';
import { renderGallery } from '../support/render-gallery';

const imported = {
  workflow: {
    '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a castle' } },
    '9': { class_type: 'SaveImage', inputs: { images: ['6', 0] }, _meta: { title: 'Save' } },
  },
  title: 'my castle',
  format: 'editor',
  runsOn: ['gpu-1'],
  findings: [
    {
      code: 'missing_model',
      message: "There is no 'x.safetensors'.",
      instances: ['gpu-2'],
      nearest: ['y.safetensors'],
    },
  ],
  parameters: [
    { name: 'prompt', type: 'text', title: 'Prompt', default: 'a castle', targets: [{ node: '6', input: 'text' }] },
    { name: 'steps', type: 'integer', title: 'Steps', default: 20, targets: [{ node: '6', input: 'steps' }] },
  ],
  otherParameters: [{ name: 'denoise', type: 'number', title: 'Denoise', targets: [{ node: '6', input: 'denoise' }] }],
};

const answering = (services: Backend) => services.answer('POST /api/workflows/import', () => imported);
const workflow = () => new File(['{"nodes": []}'], 'my castle.json', { type: 'application/json' });

function drop(...files: File[]) {
  fireEvent.drop(document.body, { dataTransfer: { files } });
}

it('WorkflowDrop_FileDroppedAnywhere_ShowsWhoLacksWhatAndTheMap', async () => {
  await renderGallery('/', answering);
  drop(workflow());
  const sheet = await screen.findByTestId('import-sheet');
  expect(within(sheet).getByTestId('findings')).toHaveTextContent('Runs on gpu-1.');
  expect(within(sheet).getByTestId('findings')).toHaveTextContent('gpu-2: There is no');
  expect(within(sheet).getByTestId('findings')).toHaveTextContent('Nearest: y.safetensors');
  expect(within(sheet).getByTestId('graph-map')).toHaveAccessibleName('Map of the workflow: 2 nodes, 1 links');
});

it('WorkflowDrop_WorkflowPasted_IsImportedAndOtherTextIsNot', async () => {
  await renderGallery('/', answering);
  fireEvent.paste(document.body, { clipboardData: { getData: () => 'a castle', files: [] } });
  expect(screen.queryByTestId('import-sheet')).toBeNull();
  fireEvent.paste(document.body, { clipboardData: { getData: () => '{"3": {"class_type": "A"}}', files: [] } });
  expect(await screen.findByTestId('import-sheet')).toBeInTheDocument();
});

it('ImportSheet_SettingsChanged_AreSavedAndTheTemplateIsChosen', async () => {
  let saved: unknown;
  const { user } = await renderGallery('/', (services) => {
    answering(services);
    services.gateway.routes.set('POST /api/templates', (_request, _url, body) => {
      saved = JSON.parse(String(body));
      return { status: 201, body: { name: 'my-castle', parameters: [] } };
    });
  });
  drop(workflow());
  const sheet = within(await screen.findByTestId('import-sheet'));
  const name = sheet.getByRole('textbox', { name: 'Name of the setting Prompt', hidden: true });
  fireEvent.change(name, { target: { value: 'What to draw' } });
  await user.click(sheet.getByRole('button', { name: 'Leave Steps out', hidden: true }));
  await user.selectOptions(sheet.getByRole('combobox', { name: 'Add a setting', hidden: true }), 'denoise');
  await user.click(sheet.getByRole('button', { name: 'Move Denoise up', hidden: true }));
  await user.click(sheet.getByRole('button', { name: 'Save as template', hidden: true }));
  await waitFor(() =>
    expect(saved).toMatchObject({
      title: 'my castle',
      parameters: [{ name: 'denoise' }, { name: 'prompt', title: 'What to draw' }],
    }),
  );
  expect(localStorage.getItem('lockngen:draft')).toContain('my-castle');
});

it('WorkflowDrop_NoWorkflow_SaysWhy', async () => {
  await renderGallery('/', (services) =>
    services.refuse('POST /api/workflows/import', 400, {
      title: 'No workflow',
      detail: 'This file (image/jpeg) has no workflow in it.',
      code: 'no_workflow',
    }),
  );
  drop(new File([new Uint8Array([255, 216])], 'a.jpg', { type: 'image/jpeg' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('has no workflow in it');
});
