import type { GenerationRecord } from './generation';

/** The same picture with another seed: without one the server draws it. Undefined for a bare workflow, whose seed is inside. */
export function variationOf({ template, parameters, count, metadata }: GenerationRecord) {
  if (!template) {
    return undefined;
  }
  const { seed: _, ...rest } = parameters ?? {};
  return { template, parameters: rest, count: count ?? 1, metadata: metadata ?? undefined };
}
