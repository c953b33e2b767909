const activities: readonly [RegExp, string][] = [
  [/loader/i, 'Loading the model'],
  [/textencode/i, 'Reading the prompt'],
  [/sampler/i, 'Developing'],
  [/vaedecode/i, 'Fixing'],
  [/vaeencode|loadimage|latent/i, 'Laying out'],
  [/upscale/i, 'Enlarging'],
  [/save|preview/i, 'Hanging up to dry'],
];

/** What a ComfyUI node does, in darkroom terms, by its class; undefined for classes that are not well known. */
export function activityOf(nodeType: string | null | undefined): string | undefined {
  return nodeType ? activities.find(([pattern]) => pattern.test(nodeType))?.[1] : undefined;
}
