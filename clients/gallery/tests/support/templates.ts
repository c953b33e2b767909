import type { Template } from '../../src/compose/template';

const common = [
  { name: 'prompt', type: 'text', required: true },
  { name: 'negativePrompt', type: 'text' },
  { name: 'seed', type: 'seed', min: 0 },
  { name: 'steps', type: 'integer', default: 20, min: 1, max: 150 },
  { name: 'sampler', type: 'choice', default: 'euler' },
  { name: 'model', type: 'model' },
];

const image = { name: 'image', type: 'image', required: true };

export const templates: readonly Template[] = [
  {
    name: 'txt2img',
    title: 'Text to image',
    parameters: [
      ...common,
      { name: 'width', type: 'integer', default: 512, min: 64, max: 2048, step: 8 },
      { name: 'height', type: 'integer', default: 512, min: 64, max: 2048, step: 8 },
    ],
  },
  { name: 'img2img', title: 'Image to image', parameters: [...common, image] },
  {
    name: 'inpaint',
    title: 'Inpaint',
    parameters: [...common, image, { name: 'mask', type: 'image', required: true }],
  },
];
