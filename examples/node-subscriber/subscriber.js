// Receives the outcomes of generations over plain AMQP: no MassTransit, no library of ours.
import amqp from 'amqplib'

const broker = process.env.RABBITMQ_URL ?? 'amqp://guest:guest@localhost:5672/'
const queue = 'node-subscriber'
const events = ['generation.completed', 'generation.failed']

async function subscribe() {
  const connection = await amqp.connect(broker)
  const closed = new Promise((resolve) => connection.once('close', resolve))
  connection.on('error', (error) => console.error(error.message))

  const channel = await connection.createChannel()
  // Your own durable queue: it keeps events that arrive while this process is down. One name per service, shared by its replicas.
  await channel.assertQueue(queue, { durable: true })
  for (const event of events) {
    // Declared exactly as LockN Gen declares it, so it does not matter which of the two is first. Omit this line if your user may not declare exchanges.
    await channel.assertExchange(event, 'fanout', { durable: true })
    await channel.bindQueue(queue, event, '')
  }
  // The limit of unacknowledged messages; the others wait in the broker.
  await channel.prefetch(20)
  await channel.consume(queue, (message) => {
    if (message === null) return connection.close()
    try {
      handle(JSON.parse(message.content.toString()), message.properties.headers)
      channel.ack(message)
    } catch (error) {
      // Rejected without requeueing: a message that cannot be read would be redelivered forever.
      console.error(`dropped a message: ${error.message}`)
      channel.nack(message, false, false)
    }
  })
  console.log(`listening to ${events.join(', ')}`)
  await closed
}

// An event may arrive twice (after a crash before the ack): remember the last sequence of each generation, and ignore events that are not above it.
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
  // Backoff with jitter, so that a thousand subscribers do not reconnect in the same second.
  const wait = Math.min(30_000, 500 * 2 ** failures) * (0.5 + Math.random() / 2)
  await new Promise((resolve) => setTimeout(resolve, wait))
}
