import * as z from 'zod/mini';
import { type GenerationMessage, messageSchema } from './events.js';

/** Frames that concern the connection itself, not a generation. */
export const controlFrameSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('connection.ready'),
    connectionId: z.nullish(z.string()),
    heartbeatSeconds: z.nullish(z.number()),
  }),
  z.object({ type: z.literal('server.draining'), retryAfterMs: z.nullish(z.number()) }),
  z.object({ type: z.literal('pong'), id: z.nullish(z.union([z.string(), z.number()])) }),
  z.object({
    type: z.literal('error'),
    code: z.nullish(z.string()),
    message: z.nullish(z.string()),
    generationId: z.nullish(z.string()),
  }),
]);

export type ControlFrame = z.infer<typeof controlFrameSchema>;

export type Frame =
  | { kind: 'message'; message: GenerationMessage }
  | { kind: 'control'; frame: ControlFrame }
  /** `malformed`: it does not match its type. `unknown`: a type that this version does not know. */
  | { kind: 'malformed' | 'unknown'; raw: unknown; reason: string };

const controlTypes = new Set(controlFrameSchema.def.options.map(({ shape }) => shape.type.def.values[0] as string));
const messageTypes = new Set(messageSchema.def.options.map(({ shape }) => shape.type.def.values[0] as string));

/** Never throws: what cannot be used is returned with the raw value. */
export function parseFrame(text: string): Frame {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { kind: 'malformed', raw: text, reason: 'not JSON' };
  }
  const type = (raw as { type?: unknown } | null)?.type;
  if (typeof type !== 'string') {
    return { kind: 'malformed', raw, reason: 'no type' };
  }
  if (messageTypes.has(type)) {
    const { error } = messageSchema.safeParse(raw);
    // The original value, not zod's copy: it keeps properties that this version does not know.
    return error ? malformed(raw, error) : { kind: 'message', message: raw as GenerationMessage };
  }
  if (controlTypes.has(type)) {
    const { error, data } = controlFrameSchema.safeParse(raw);
    return error ? malformed(raw, error) : { kind: 'control', frame: data };
  }
  return { kind: 'unknown', raw, reason: `unknown type ${type}` };
}

function malformed(raw: unknown, error: z.core.$ZodError): Frame {
  return { kind: 'malformed', raw, reason: z.prettifyError(error) };
}
