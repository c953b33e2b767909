import type { GenerationFailure, GenerationImage, GenerationStatus, GenerationWarning } from './events.js';

interface SubmitOptions {
  /** Images of the batch. Default 1. */
  count?: number;
  /** Default normal. */
  priority?: 'low' | 'normal' | 'high';
  metadata?: Record<string, unknown>;
  /** Fields that the server understands and this version of the client does not know. */
  [option: string]: unknown;
}

/** Either a template of the server with its parameters, or a whole ComfyUI workflow in API format. */
export type GenerationRequest =
  | (SubmitOptions & { template: string; parameters?: Record<string, unknown> })
  | (SubmitOptions & { workflow: Record<string, unknown> });

export interface SubmittedGeneration {
  readonly id: string;
  readonly status: GenerationStatus;
  /** How many generations are ahead of it; 0 = next. */
  readonly position?: number | null;
  readonly estimatedWaitSeconds?: number | null;
  readonly count?: number | null;
  readonly links?: Record<string, string>;
}

export interface GenerationDetails {
  readonly id: string;
  readonly status: GenerationStatus;
  readonly position?: number | null;
  readonly estimatedWaitSeconds?: number | null;
  readonly progress?: number | null;
  readonly images?: readonly GenerationImage[] | null;
  readonly warnings?: readonly GenerationWarning[] | null;
  readonly error?: GenerationFailure | null;
  readonly [property: string]: unknown;
}

export interface GenerationPage {
  readonly items: readonly GenerationDetails[];
  readonly nextCursor?: string | null;
}

export interface ListOptions {
  limit?: number;
  status?: GenerationStatus;
  /** A part of the prompt. */
  q?: string;
  /** The `nextCursor` of the previous page. */
  cursor?: string;
}

export interface CancelReceipt {
  readonly id: string;
  /** tooLate: the outcome is already being decided. */
  readonly receipt: 'accepted' | 'alreadyEnded' | 'tooLate';
  readonly status: GenerationStatus;
}

/** The caller as the server identifies it. */
export interface Session {
  /** Whether this installation requires tokens. */
  readonly authenticationRequired: boolean;
  readonly authenticated: boolean;
  readonly owner?: string | null;
  /** May see and do everything. */
  readonly admin: boolean;
  readonly expiresAt?: string | null;
}

/** How busy the queue is. */
export interface QueueStatus {
  readonly paused: boolean;
  readonly waiting: number;
  /** Dispatched or running. */
  readonly active: number;
}

/** An input of a node of a workflow. */
export interface ParameterTarget {
  readonly node: string;
  readonly input: string;
}

/** A setting of a template, and the inputs that it sets. */
export interface WorkflowParameter {
  readonly name: string;
  /** text, integer, number, boolean, seed, choice, model, image, video, audio or file. */
  readonly type: string;
  readonly title?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly choices?: readonly string[];
  /** Rarely changed. */
  readonly advanced?: boolean;
  readonly targets: readonly ParameterTarget[];
}

/** Something that an instance lacks for a workflow. */
export interface WorkflowFinding {
  readonly code: string;
  readonly message: string;
  /** The instances that lack it; empty if all do. */
  readonly instances: readonly string[];
  readonly nodeId?: string;
  readonly nodeType?: string;
  readonly input?: string;
  /** Names that may have been meant. */
  readonly nearest: readonly string[];
}

/** A workflow as it was read, with parameters for a template of it. */
export interface ImportedWorkflow {
  /** In the API's format. */
  readonly workflow: Readonly<Record<string, unknown>>;
  readonly title: string;
  readonly format: 'api' | 'prompt' | 'editor';
  /** The type of the file that contained it. */
  readonly container?: string;
  /** The instances that can run all of it. */
  readonly runsOn: readonly string[];
  readonly findings: readonly WorkflowFinding[];
  readonly parameters: readonly WorkflowParameter[];
  /** The rest of its fields. */
  readonly otherParameters: readonly WorkflowParameter[];
}

/** A template to be saved. */
export interface TemplateBody {
  /** Derived from the title if omitted. */
  name?: string;
  title: string;
  description?: string;
  visibility?: 'private' | 'everyone';
  order?: number;
  /** A small picture as a data URI. */
  picture?: string;
  parameters: readonly WorkflowParameter[];
  workflow: Readonly<Record<string, unknown>>;
}
