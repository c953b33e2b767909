const activities: readonly [RegExp, string][] = [
  [/loader/i, 'Loading the model'],
  [/textencode/i, 'Reading the prompt'],
  [/sampler/i, 'Generating'],
  [/vaedecode/i, 'Decoding'],
  [/vaeencode|latent/i, 'Preparing'],
  [/load(image|video|audio|mask)/i, 'Loading the input'],
  [/upscale/i, 'Enlarging'],
  [/save|preview/i, 'Saving'],
];

/** Describes what a ComfyUI node does, by its class; undefined for classes that are not well known. */
export function activityOf(nodeType: string | null | undefined): string | undefined {
  return nodeType ? activities.find(([pattern]) => pattern.test(nodeType))?.[1] : undefined;
}
