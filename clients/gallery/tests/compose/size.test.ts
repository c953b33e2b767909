import { expect, it } from 'vitest';
import { defaultSize, presetsOf } from '../../src/compose/size';
import { firstTemplate } from '../../src/compose/template';
import { templates } from '../support/templates';

it('Presets_OfASquare_HaveAboutAsManyPixelsInBlocksOf64', () => {
  for (const { width, height } of presetsOf({ width: 1024, height: 1024 })) {
    expect(width % 64).toBe(0);
    expect(height % 64).toBe(0);
    expect((width * height) / 1024 ** 2).toBeCloseTo(1, 0.5);
  }
});

it('Presets_TheTemplatesOwnSize_IsAmongThem', () => {
  expect(presetsOf({ width: 512, height: 512 })).toContainEqual({ name: 'Square', width: 512, height: 512 });
});

it('DefaultSize_TemplateWithoutSize_IsUndefined', () => {
  expect(defaultSize(firstTemplate)).toBeUndefined();
  expect(templates[0] && defaultSize(templates[0])).toEqual({ width: 512, height: 512 });
});
