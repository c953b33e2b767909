import { type GenerationResult, groupByNode, type ImageResult, type VideoResult } from '@lockngen/client';

/** Pictures and videos go on the film. */
export type Visible = ImageResult | VideoResult;

export interface Slot {
  readonly number: number;
  /** Missing while it is being rendered. */
  readonly result?: Visible;
}

/** The results of one node of the workflow, including expected ones. */
export interface Output {
  readonly nodeId: string | undefined;
  readonly title: string | undefined;
  readonly film: readonly Slot[];
  /** Sounds, 3D models, texts and files. */
  readonly others: readonly Exclude<GenerationResult, Visible>[];
}

/** Results by the node that made them; expected ones, with numbers up to `expected`, go on the last film. */
export function arrange(results: readonly GenerationResult[], expected: number): Output[] {
  const outputs: Output[] = groupByNode(results).map(({ nodeId, title, results: own }) => ({
    nodeId,
    title,
    film: own.filter(isVisible).map((result) => ({ number: result.index, result })),
    others: own.filter((result) => !isVisible(result)),
  }));
  const known = new Set(results.map(({ index }) => index));
  const missing = Array.from({ length: expected }, (_, index) => ({ number: index + 1 })).filter(
    ({ number }) => !known.has(number),
  );
  if (missing.length === 0) {
    return outputs;
  }
  const last = outputs.findLast(({ film }) => film.length > 0);
  const film = [...(last?.film ?? []), ...missing].sort((a, b) => a.number - b.number);
  return last
    ? outputs.map((output) => (output === last ? { ...output, film } : output))
    : [...outputs, { nodeId: undefined, title: undefined, film, others: [] }];
}

function isVisible(result: GenerationResult): result is Visible {
  return result.kind === 'image' || result.kind === 'video';
}
