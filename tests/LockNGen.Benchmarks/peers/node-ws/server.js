// The gateway that many teams write first, to compare ours with: one queue, a set of sockets per generation, ws.send in a loop. It keeps
// nothing for those who come back, limits nothing, and drops nobody who reads too slowly.
import amqp from 'amqplib';
import { WebSocketServer } from 'ws';

const [address, port] = process.argv.slice(2);
const exchange = 'generation.progress';
const watchers = new Map();

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false });
server.on('connection', (socket, request) => {
  const id = new URL(request.url, 'ws://localhost').searchParams.get('generationId');
  const sockets = watchers.get(id) ?? new Set();
  watchers.set(id, sockets.add(socket));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => sockets.delete(socket) && sockets.size === 0 && watchers.delete(id));
});

const connection = await amqp.connect(address);
const channel = await connection.createChannel();
await channel.assertExchange(exchange, 'fanout', { durable: true });
const { queue } = await channel.assertQueue('', { exclusive: true });
await channel.bindQueue(queue, exchange, '');
await channel.consume(
  queue,
  (message) => {
    const text = message.content.toString();
    for (const socket of watchers.get(JSON.parse(text).generationId) ?? []) socket.send(text);
  },
  { noAck: true },
);
console.log('ready');
