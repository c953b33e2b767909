import { request } from './http.js';
import type { TransportContext } from './transport.js';

/** Swaps the token for a one-time ticket that can travel in the address of a WebSocket. */
export async function fetchTicket(context: TransportContext): Promise<string> {
  const response = await request(context, `${context.realtimeUrl}/api/realtime/tickets`, { method: 'POST' });
  const { ticket } = (await response.json()) as { ticket: string };
  return ticket;
}
