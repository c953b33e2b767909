import { CloseCode } from './close-codes.js';
import type { Disconnect } from './transports/transport.js';

/** Why the connection is down, in words for users. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** A close code (1000 and up) or an HTTP status (below). */
  readonly code: number;
  /** What the user can do, or what happens automatically. */
  readonly suggestion: string;
  /** False if the client has stopped trying. */
  readonly recovering: boolean;

  constructor(disconnect: Disconnect, recovering: boolean) {
    const { message, suggestion } = describe(disconnect.status ?? disconnect.code);
    super(message);
    this.code = disconnect.status ?? disconnect.code;
    this.suggestion = recovering ? suggestion : (giveUp[this.code] ?? 'Check your connection and try again.');
    this.recovering = recovering;
  }
}

const signIn = 'Sign in again.';
const giveUp: Record<number, string> = { 401: signIn, 403: signIn, [CloseCode.notAllowed]: signIn };

function describe(code: number): { message: string; suggestion: string } {
  switch (code) {
    case CloseCode.goingAway:
      return { message: 'The server is restarting.', suggestion: 'Live updates resume by themselves.' };
    case 401:
    case 403:
    case CloseCode.notAllowed:
      return { message: 'You are not allowed to follow these generations.', suggestion: 'Renewing your sign-in.' };
    case 429:
    case 503:
    case CloseCode.tryAgainLater:
      return { message: 'The server is busy.', suggestion: 'Live updates resume in a moment.' };
    case CloseCode.heartbeatTimeout:
      return { message: 'The connection went silent.', suggestion: 'Reconnecting.' };
    case CloseCode.tooSlow:
      return { message: 'This page could not keep up with the updates.', suggestion: 'Catching up.' };
    default:
      return {
        message: 'The connection to the server was lost.',
        suggestion: 'Reconnecting; running generations go on meanwhile.',
      };
  }
}
