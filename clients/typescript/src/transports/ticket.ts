import { request } from './http.js';
import type { TransportContext } from './transport.js';

/** Exchanges the token for a one-time ticket that can be part of a WebSocket's address. */
export async function fetchTicket(context: TransportContext): Promise<string> {
  const response = await request(context, `${context.realtimeUrl}/api/realtime/tickets`, { method: 'POST' });
  const { ticket } = (await response.json()) as { ticket: string };
  return ticket;
}
