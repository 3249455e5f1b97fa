// A worker or relay in a process of its own, for tests to kill. Arguments: what, database, Redis or '', prefix.
import { startWorkers } from '../../jobs/run.ts'
import { openQueueBackend, type QueueBackend } from '../../src/queue/backend.ts'
import { relayBatch } from '../../src/queue/relay.ts'
import { makeQueueHub, testJobs } from './queue-hub.ts'

const [what, databaseUrl = '', redisUrl, prefix] = process.argv.slice(2)
const hub = makeQueueHub(databaseUrl)
const backend = openQueueBackend({ databaseUrl, redisUrl: redisUrl || undefined, prefix, log: hub.log })

if (what === 'work') {
  const workers = await startWorkers(hub, backend, { queues: ['house'], jobs: testJobs, takeOverAfter: 2000 })
  process.on('SIGTERM', () => workers.close().then(() => process.exit(0)))
  console.log('ready')
} else {
  // Dies the moment the queue has the jobs, before the outbox hears of it.
  const dying: QueueBackend = {
    ...backend,
    queue(name) {
      const queue = backend.queue(name)
      const addBulk = queue.addBulk.bind(queue)
      queue.addBulk = async (jobs) => {
        await addBulk(jobs)
        process.kill(process.pid, 'SIGKILL')
        return []
      }
      return queue
    },
  }
  await relayBatch(hub.db, dying)
}
