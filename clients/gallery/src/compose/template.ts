/** One setting of a template, as `GET /api/templates` lists it. */
export interface TemplateParameter {
  readonly name: string;
  /** text, integer, number, boolean, seed, choice, model, image, video, audio or file; others are texts. */
  readonly type: string;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly default?: unknown;
  readonly required?: boolean | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly step?: number | null;
  readonly choices?: readonly string[] | null;
  /** Rarely changed. */
  readonly advanced?: boolean | null;
}

export interface Template {
  readonly name: string;
  readonly title?: string | null;
  readonly description?: string | null;
  /** A small picture as a data URI. */
  readonly picture?: string | null;
  /** `private` or `everyone`. */
  readonly visibility?: string | null;
  readonly order?: number | null;
  /** Whether the visitor may change it. */
  readonly editable?: boolean | null;
  readonly parameters: readonly TemplateParameter[];
}

export interface TemplateList {
  readonly templates: readonly Template[];
}

/** These have a fixed place in the form; all others are under More. */
/** Types that are files, and what the browser's file dialog offers for them. */
export const files: Readonly<Record<string, string>> = {
  image: 'image/*',
  video: 'video/*',
  audio: 'audio/*',
  file: '.glb,.gltf,.obj,.fbx,.stl,.ply',
};

const placed = new Set(['prompt', 'width', 'height', 'seed', 'image', 'mask']);

export function furtherParameters({ parameters }: Template): readonly TemplateParameter[] {
  return parameters.filter(({ name, required, type }) => !placed.has(name) && !(required && type in files));
}

/** Files that a template requires, besides those with a fixed place. */
export function requiredFiles({ parameters }: Template): readonly TemplateParameter[] {
  return parameters.filter(({ name, required, type }) => !placed.has(name) && required && type in files);
}

export function parameterOf(template: Template | undefined, name: string): TemplateParameter | undefined {
  return template?.parameters.find((parameter) => parameter.name === name);
}

/** Templates that need the fewest input pictures come first. */
export function simplestFirst(templates: readonly Template[]): readonly Template[] {
  const pictures = ({ parameters }: Template) => parameters.filter(({ type }) => type === 'image').length;
  return [...templates].sort((a, b) => pictures(a) - pictures(b));
}

/** "negativePrompt" as a title. */
export function labelOf({ name, title }: TemplateParameter): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return title ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** Used until the server's templates are loaded: enough to request a picture. */
export const firstTemplate: Template = {
  name: 'txt2img',
  title: 'Text to image',
  parameters: [
    { name: 'prompt', type: 'text', required: true },
    { name: 'seed', type: 'seed' },
  ],
};
