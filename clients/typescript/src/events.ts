import * as z from 'zod/mini';

/**
 * What the gateway sends, as schemas and as a discriminated union. Contracts only grow: a property that is not named here
 * is accepted and stays on the message; a type that is not named here reaches `onUnknown` unchanged.
 */

/** Orders the events of one generation: attempt x 1,000,000,000 + n. */
const sequence = z.number().check(z.nonnegative());

/**
 * The common properties of all events. `stateSequence` is for readers of the broker: the number of the newest preceding event that is not progress.
 * A client of a gateway never infers loss from numbers; `subscription.gap` announces it.
 */
const event = <const Type extends string, Data extends z.core.SomeType>(type: Type, data: Data) =>
  z.object({
    type: z.literal(type),
    generationId: z.string(),
    sequence,
    stateSequence: z.optional(sequence),
    data,
    timestamp: z.string(),
  });

/**
 * One result. `index` counts results from 1 and is stable across attempts; `kind` is image, video, audio, model, text, latent,
 * file, or a newer one. `seed` above 2^53 is rounded by JavaScript: `seedText` has its digits.
 */
export const imageSchema = z.object({
  index: z.number(),
  url: z.string(),
  contentType: z.string(),
  width: z.optional(z.number()),
  height: z.optional(z.number()),
  seed: z.optional(z.number()),
  seedText: z.optional(z.string()),
  kind: z.optional(z.string()),
  nodeId: z.optional(z.string()),
  nodeTitle: z.optional(z.string()),
  outputKey: z.optional(z.string()),
  filename: z.optional(z.string()),
  subfolder: z.optional(z.string()),
  source: z.optional(z.string()),
  bytes: z.optional(z.number()),
  durationSeconds: z.optional(z.number()),
  hash: z.optional(z.string()),
  text: z.optional(z.string()),
});

/** What users should know although nothing failed. */
export const warningSchema = z.object({
  code: z.string(),
  message: z.string(),
  nodeId: z.optional(z.string()),
  nodeType: z.optional(z.string()),
});

export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  nodeId: z.optional(z.string()),
  nodeType: z.optional(z.string()),
  /** The same request may succeed later. */
  retryable: z.optional(z.boolean()),
});

/**
 * `position` is the number of generations ahead: 0 is next. With `instance`, it waits in the queue of that ComfyUI behind
 * `waitsBehind` prompts, including those of others.
 */
export const queuedSchema = event(
  'generation.queued',
  z.object({
    position: z.number(),
    estimatedWaitSeconds: z.number(),
    instance: z.optional(z.string()),
    waitsBehind: z.optional(z.number()),
  }),
);

export const startedSchema = event(
  'generation.started',
  z.object({ instance: z.string(), attempt: z.number(), totalImages: z.number() }),
);

/** A node of the workflow starts; ComfyUI calls this "executing". */
export const executingSchema = event(
  'generation.node',
  z.object({
    currentNode: z.string(),
    nodeId: z.string(),
    nodeTitle: z.optional(z.string()),
    cachedNodes: z.optional(z.number()),
    cachedNodeIds: z.optional(z.array(z.string())),
    nodesDone: z.optional(z.number()),
    nodesTotal: z.optional(z.number()),
    imageIndex: z.optional(z.number()),
    totalImages: z.optional(z.number()),
  }),
);

/** `progress` is the running node's percentage, `overallProgress` the whole generation's, which never falls. */
export const progressSchema = event(
  'generation.progress',
  z.object({
    progress: z.number(),
    overallProgress: z.number(),
    currentNode: z.optional(z.string()),
    nodeId: z.optional(z.string()),
    step: z.number(),
    totalSteps: z.number(),
    imageIndex: z.number(),
    totalImages: z.number(),
    previewUrl: z.optional(z.string()),
    nodesDone: z.optional(z.number()),
    nodesTotal: z.optional(z.number()),
    cachedNodeIds: z.optional(z.array(z.string())),
  }),
);

/** `preview` is a data: URL, present only if the connection requested inline previews. */
export const previewSchema = event(
  'generation.preview',
  z.object({
    previewUrl: z.string(),
    preview: z.optional(z.string()),
    imageIndex: z.number(),
    nodeId: z.optional(z.string()),
  }),
);

/** A custom node's own event, of a type that the operator has listed; the shape of `data` depends on the node. */
export const customSchema = event(
  'generation.custom',
  z.object({ eventType: z.string(), data: z.unknown(), nodeId: z.optional(z.string()), imageIndex: z.number() }),
);

/** One image was stored and can be fetched. */
export const imageCompletedSchema = event(
  'generation.image',
  z.object({ image: imageSchema, imageIndex: z.number(), totalImages: z.number() }),
);

export const completedSchema = event(
  'generation.completed',
  z.object({ images: z.array(imageSchema), durationSeconds: z.number(), warnings: z.optional(z.array(warningSchema)) }),
);

/** Output is available, one image or all of them; ComfyUI calls this "executed". */
export const executedSchema = z.discriminatedUnion('type', [imageCompletedSchema, completedSchema]);

/** The generation failed; ComfyUI calls this "execution_error". */
export const errorSchema = event(
  'generation.failed',
  z.object({ error: failureSchema, images: z.array(imageSchema), warnings: z.optional(z.array(warningSchema)) }),
);

export const cancelledSchema = event(
  'generation.cancelled',
  z.object({
    reason: z.string(),
    images: z.optional(z.array(imageSchema)),
    warnings: z.optional(z.array(warningSchema)),
  }),
);

export const statusSchema = z.enum(['queued', 'dispatched', 'running', 'completed', 'failed', 'cancelled', 'unknown']);

/** The state after all events up to `sequence`. */
export const snapshotSchema = z.object({
  type: z.literal('generation.snapshot'),
  generationId: z.string(),
  sequence,
  data: z.object({
    status: statusSchema,
    attempt: z.optional(z.number()),
    instance: z.optional(z.string()),
    position: z.optional(z.number()),
    waitsBehind: z.optional(z.number()),
    estimatedWaitSeconds: z.optional(z.number()),
    progress: z.optional(z.number()),
    overallProgress: z.optional(z.number()),
    currentNode: z.optional(z.string()),
    nodeId: z.optional(z.string()),
    nodeTitle: z.optional(z.string()),
    step: z.optional(z.number()),
    totalSteps: z.optional(z.number()),
    nodesDone: z.optional(z.number()),
    nodesTotal: z.optional(z.number()),
    cachedNodeIds: z.optional(z.array(z.string())),
    imageIndex: z.optional(z.number()),
    totalImages: z.optional(z.number()),
    previewUrl: z.optional(z.string()),
    images: z.optional(z.array(imageSchema)),
    error: z.optional(failureSchema),
    durationSeconds: z.optional(z.number()),
    reason: z.optional(z.string()),
    warnings: z.optional(z.array(warningSchema)),
  }),
  timestamp: z.optional(z.string()),
});

/** The only announcement of loss; a snapshot follows. `reason`: window_exceeded, expired, unknown, lost, or a newer one. */
export const gapSchema = z.object({
  type: z.literal('subscription.gap'),
  generationId: z.string(),
  reason: z.optional(z.string()),
});

export const messageSchema = z.discriminatedUnion('type', [
  queuedSchema,
  startedSchema,
  executingSchema,
  progressSchema,
  previewSchema,
  customSchema,
  imageCompletedSchema,
  completedSchema,
  errorSchema,
  cancelledSchema,
  snapshotSchema,
  gapSchema,
]);

export type GenerationImage = z.infer<typeof imageSchema>;
export type GenerationWarning = z.infer<typeof warningSchema>;
export type GenerationFailure = z.infer<typeof failureSchema>;
export type GenerationStatus = z.infer<typeof statusSchema>;
export type GenerationSnapshot = z.infer<typeof snapshotSchema>;
export type SubscriptionGap = z.infer<typeof gapSchema>;

/** Everything that the handler of a subscription can receive. */
export type GenerationMessage = z.infer<typeof messageSchema>;
export type MessageType = GenerationMessage['type'];
export type MessageOf<T extends MessageType> = Extract<GenerationMessage, { type: T }>;

/** The events of a generation: all messages except the gateway's own two. */
export type GenerationEvent = Exclude<GenerationMessage, GenerationSnapshot | SubscriptionGap>;
export type EventType = GenerationEvent['type'];
export type TerminalEvent = MessageOf<'generation.completed' | 'generation.failed' | 'generation.cancelled'>;
export type TerminalStatus = 'completed' | 'failed' | 'cancelled';

export function isTerminal(message: GenerationMessage): message is TerminalEvent {
  return (
    message.type === 'generation.completed' ||
    message.type === 'generation.failed' ||
    message.type === 'generation.cancelled'
  );
}

export function isEnded(status: GenerationStatus): status is TerminalStatus {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** Progress may be superseded by newer progress of the same type and generation; state and outcomes never are. */
export function isProgress(message: GenerationMessage): boolean {
  return (
    message.type === 'generation.progress' ||
    message.type === 'generation.node' ||
    message.type === 'generation.preview'
  );
}
