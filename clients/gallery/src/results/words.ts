import { fileNameOf, type GenerationResult, isPreview, type NodeResults, type ResultKind } from '@lockngen/client';
import { byteSize } from '../ui/byte-size';
import { duration } from '../ui/duration';

const nouns: Record<ResultKind, string> = {
  image: 'Picture',
  video: 'Video',
  audio: 'Sound',
  model: '3D model',
  text: 'Text',
  latent: 'Latent',
  file: 'File',
};

/** "Video 2": its kind and its number among the generation's results. */
export function nameOf({ kind, index }: GenerationResult): string {
  return `${nouns[kind]} ${index}`;
}

/** The node that made it: its title, or its number in the workflow. */
export function titleOf({ nodeId, title }: Pick<NodeResults, 'nodeId' | 'title'>): string {
  return title || (nodeId ? `Node ${nodeId}` : 'Results');
}

/** What is known about it: size, duration, seed, origin. */
export function factsOf(result: GenerationResult): string[] {
  const { nodeTitle, filename, bytes, seedText } = result;
  return [
    isPreview(result) && 'preview',
    'width' in result && result.width && result.height && `${result.width} × ${result.height}`,
    'durationSeconds' in result && result.durationSeconds !== undefined && duration(result.durationSeconds),
    bytes !== undefined && byteSize(bytes),
    seedText !== undefined && `seed ${seedText}`,
    nodeTitle,
    filename && fileNameOf(result),
  ].filter((fact) => typeof fact === 'string' && fact !== '') as string[];
}
