import type { GenerationRecord } from './generation';

/** The same picture with another seed, which the server draws. Undefined for a bare workflow, which contains its seed. */
export function variationOf({ template, parameters, count, metadata }: GenerationRecord) {
  if (!template) {
    return undefined;
  }
  const { seed: _, ...rest } = parameters ?? {};
  return { template, parameters: rest, count: count ?? 1, metadata: metadata ?? undefined };
}
