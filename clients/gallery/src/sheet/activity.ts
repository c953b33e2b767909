const activities: readonly [RegExp, string][] = [
  [/loader/i, 'Loading the model'],
  [/textencode/i, 'Reading the prompt'],
  [/sampler/i, 'Developing'],
  [/vaedecode/i, 'Fixing'],
  [/vaeencode|loadimage|latent/i, 'Laying out'],
  [/upscale/i, 'Enlarging'],
  [/save|preview/i, 'Hanging up to dry'],
];

/** What a node of ComfyUI does, in a word or two; its own name when it is not a well-known one. */
export function activityOf(node: string | null | undefined): string | undefined {
  if (!node) {
    return undefined;
  }
  return activities.find(([pattern]) => pattern.test(node))?.[1] ?? node;
}
