// Hears how generations end, over plain AMQP: no MassTransit, no library of ours.
import amqp from 'amqplib'

const broker = process.env.RABBITMQ_URL ?? 'amqp://guest:guest@localhost:5672/'
const queue = 'node-subscriber'
const events = ['generation.completed', 'generation.failed']

async function subscribe() {
  const connection = await amqp.connect(broker)
  const closed = new Promise((resolve) => connection.once('close', resolve))
  connection.on('error', (error) => console.error(error.message))

  const channel = await connection.createChannel()
  // Your own durable queue: it keeps what arrives while this process is down. One name per service, shared by its replicas.
  await channel.assertQueue(queue, { durable: true })
  for (const event of events) {
    // The exchange as LockN Gen declares it; whoever comes first creates it. A user without the permission to leaves this line out.
    await channel.assertExchange(event, 'fanout', { durable: true })
    await channel.bindQueue(queue, event, '')
  }
  // So many messages may be under way, the rest waits in the broker.
  await channel.prefetch(20)
  await channel.consume(queue, (message) => {
    if (message === null) return connection.close()
    try {
      handle(JSON.parse(message.content.toString()), message.properties.headers)
      channel.ack(message)
    } catch (error) {
      // Rejected without requeueing: a message that cannot be read would come back for ever.
      console.error(`dropped a message: ${error.message}`)
      channel.nack(message, false, false)
    }
  })
  console.log(`listening to ${events.join(', ')}`)
  await closed
}

// An event may come twice (a crash before the ack): remember generationId and sequence, and ignore what is not above what you have seen.
function handle({ type, generationId, data }, headers) {
  const owner = headers['lockngen-owner'] ?? 'nobody'
  if (type === 'generation.completed') {
    console.log(`${generationId} of ${owner}: ${data.images.length} image(s) in ${data.durationSeconds} s`)
  } else {
    console.log(`${generationId} failed: ${data.error.code}, ${data.error.message}`)
  }
}

for (let failures = 0; ; failures++) {
  try {
    await subscribe()
    failures = 0
  } catch (error) {
    console.error(`no connection: ${error.message}`)
  }
  // Backoff with jitter, so that a thousand subscribers do not all come back in the same second.
  const wait = Math.min(30_000, 500 * 2 ** failures) * (0.5 + Math.random() / 2)
  await new Promise((resolve) => setTimeout(resolve, wait))
}
