import type { Size } from './mask';
import type { Template } from './template';
import { parameterOf } from './template';

export interface SizePreset extends Size {
  readonly name: string;
}

/** ComfyUI's models work in blocks of 8 pixels and were trained in blocks of 64. */
const block = 64;

/** Three shapes with as many pixels as the template's default, which is what its model is made for. */
export function presetsOf(standard: Size): readonly SizePreset[] {
  const side = Math.sqrt(standard.width * standard.height);
  const shape = (name: string, ratio: number): SizePreset => ({
    name,
    width: rounded(side * Math.sqrt(ratio)),
    height: rounded(side / Math.sqrt(ratio)),
  });
  return [shape('Square', 1), shape('Portrait', 2 / 3), shape('Landscape', 3 / 2), shape('Wide', 16 / 9)];
}

export function defaultSize(template: Template): Size | undefined {
  const width = Number(parameterOf(template, 'width')?.default);
  const height = Number(parameterOf(template, 'height')?.default);
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function rounded(pixels: number): number {
  return Math.max(block, Math.round(pixels / block) * block);
}
