import type { GenerationImage } from './events.js';

/** The results of a generation, discriminated by `kind`. `image` in names of events dates from before the other kinds. */
export type GenerationResult =
  | ImageResult
  | VideoResult
  | AudioResult
  | ModelResult
  | TextResult
  | LatentResult
  | FileResult;

export type ResultKind = GenerationResult['kind'];
export type ResultOf<K extends ResultKind> = Extract<GenerationResult, { kind: K }>;

interface Result<Kind extends string>
  extends Omit<GenerationImage, 'kind' | 'seed' | 'width' | 'height' | 'durationSeconds' | 'text'> {
  readonly kind: Kind;
  /** The exact seed as text; missing if an older server sent only a number that JavaScript has rounded. */
  readonly seedText?: string;
}

interface Visible {
  /** In pixels, if the format says so. */
  readonly width?: number;
  readonly height?: number;
}

interface Playable {
  /** The duration, if it could be read. */
  readonly durationSeconds?: number;
}

/** A picture, also an animated one. */
export interface ImageResult extends Result<'image'>, Visible {}
export interface VideoResult extends Result<'video'>, Visible, Playable {}
export interface AudioResult extends Result<'audio'>, Playable {}
/** A 3D model. */
export interface ModelResult extends Result<'model'> {}
export interface TextResult extends Result<'text'> {
  /** The text, which may be empty; missing or shortened (`isShortened`) if the full text must be fetched from `url`. */
  readonly text?: string;
}
/** A latent that ComfyUI can load again. */
export interface LatentResult extends Result<'latent'> {}
/** Anything else, including kinds added later. */
export interface FileResult extends Result<'file'> {}

const kinds: ReadonlySet<string> = new Set<ResultKind>(['image', 'video', 'audio', 'model', 'text', 'latent', 'file']);

/** Converts what the server sent to the union. An unknown kind is a file; without a kind, as from servers before 0.2, the content type decides. */
export function toResult(image: GenerationImage): GenerationResult {
  const { kind: _, seed, seedText, width, height, durationSeconds, text, ...rest } = image;
  const common = { ...rest, seedText: seedText ?? digitsOf(seed) };
  const size = { width: width || undefined, height: height || undefined };
  const kind = kindOf(image);
  switch (kind) {
    case 'image':
      return { ...common, ...size, kind };
    case 'video':
      return { ...common, ...size, durationSeconds, kind };
    case 'audio':
      return { ...common, durationSeconds, kind };
    case 'text':
      return { ...common, text, kind };
    default:
      return { ...common, kind };
  }
}

export function kindOf({ kind, contentType }: Pick<GenerationImage, 'kind' | 'contentType'>): ResultKind {
  if (kind !== undefined) {
    return kinds.has(kind) ? (kind as ResultKind) : 'file';
  }
  const type = contentType.toLowerCase();
  return type.startsWith('text/plain') ? 'text' : (typeKinds[type.split('/')[0] ?? ''] ?? 'file');
}

const typeKinds: Record<string, ResultKind> = { image: 'image', video: 'video', audio: 'audio', model: 'model' };

/** A preview node that the workflow's author has placed before the result. */
export function isPreview({ source }: Pick<GenerationImage, 'source'>): boolean {
  return source === 'temp';
}

/** Whether there is more text at `url` than in `text`. */
export function isShortened({ text, bytes }: TextResult): boolean {
  return text === undefined || (bytes !== undefined && bytes > new TextEncoder().encode(text).length);
}

/** The name to save it under: ComfyUI's own, or one from its number and type. */
export function fileNameOf({ filename, index, contentType, kind }: GenerationResult): string {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return filename ?? `result-${index}.${extensions[type] ?? type.split(/[/+]/)[1] ?? kind}`;
}

/** Where the subtype is not the usual file extension. */
const extensions: Record<string, string> = {
  'application/octet-stream': 'bin',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
  'model/gltf-binary': 'glb',
  'model/gltf+json': 'gltf',
  'text/plain': 'txt',
  'video/quicktime': 'mov',
  'video/x-matroska': 'mkv',
};

/** The results of one node of the workflow, in their order. */
export interface NodeResults {
  readonly nodeId: string | undefined;
  /** The title that the author gave the node. */
  readonly title: string | undefined;
  readonly results: readonly GenerationResult[];
}

/** Results by the node that made them, in the order of the nodes' first results. */
export function groupByNode(results: readonly GenerationResult[]): NodeResults[] {
  const groups = new Map<string | undefined, { title: string | undefined; results: GenerationResult[] }>();
  for (const result of results) {
    const group = groups.get(result.nodeId) ?? { title: undefined, results: [] };
    groups.set(result.nodeId, group);
    group.title ??= result.nodeTitle;
    group.results.push(result);
  }
  return [...groups].map(([nodeId, group]) => ({ nodeId, ...group }));
}

function digitsOf(seed: number | undefined): string | undefined {
  return Number.isSafeInteger(seed) ? String(seed) : undefined;
}
