import type { GenerationFailure, GenerationImage, GenerationStatus, GenerationWarning } from './events.js';

interface SubmitOptions {
  /** Images of the batch. Default 1. */
  count?: number;
  /** Default normal. */
  priority?: 'low' | 'normal' | 'high';
  metadata?: Record<string, unknown>;
  /** What the server understands beyond this version of the client. */
  [option: string]: unknown;
}

/** Either a template of the server with its parameters, or a whole ComfyUI workflow in API format. */
export type GenerationRequest =
  | (SubmitOptions & { template: string; parameters?: Record<string, unknown> })
  | (SubmitOptions & { workflow: Record<string, unknown> });

export interface SubmittedGeneration {
  readonly id: string;
  readonly status: GenerationStatus;
  /** How many wait ahead; 0 = next. */
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
  /** `nextCursor` of the page before. */
  cursor?: string;
}

export interface CancelReceipt {
  readonly id: string;
  /** tooLate: the outcome is being decided already. */
  readonly receipt: 'accepted' | 'alreadyEnded' | 'tooLate';
  readonly status: GenerationStatus;
}

/** Who the server takes a caller for. */
export interface Session {
  /** Whether this installation asks for tokens. */
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
