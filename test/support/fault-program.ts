// The hub's server or a worker that kills itself with -9 at a certain point. Arguments: hub or worker, the point.
import { createServer } from 'node:http'
import type { ErpConnector } from '../../connectors/connector.ts'
import { type Assembled, assemble } from '../../src/assemble.ts'
import { readConfig } from '../../src/config.ts'
import { makeApp } from '../../src/http/app.ts'
import type { Hub } from '../../src/hub.ts'
import { makeLog } from '../../src/log.ts'
import { runJobs } from '../../src/run-jobs.ts'

export type HubDeath =
  /** The document is stored, nobody has looked at it. */
  | 'document stored'
  /** Order and answer are in the database, the buyer has heard nothing. */
  | 'order committed'

export type WorkerDeath =
  /** BullMQ has the job, the outbox doesn't know. */
  | 'job handed over'
  /** The order is leased, the ERP not asked. */
  | 'before the push'
  /** As before, but for one order alone. */
  | 'PO-POISON'
  /** The ERP has the order, the hub doesn't know. */
  | 'after the push'
  /** The hub is writing what the ERP said. */
  | 'receipt written'
  /** The ERP has cancelled, or changed, the hub doesn't know. */
  | 'after the cancellation'
  | 'after the change'
  /** A page of orders has come. */
  | 'page read'
  /** It is written, not committed. */
  | 'page written'
  /** It is committed, the reading not finished. */
  | 'page committed'

const [role, point = ''] = process.argv.slice(2) as [string, HubDeath | WorkerDeath]

/** Kills the process; nothing after it happens. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}

function armed(assembled: Assembled): Assembled {
  const { hub, queues } = assembled
  /** Whether there is a receipt, or a page, to be written in the next transaction. */
  let pushed = false
  let read = false
  const mortal: Hub = {
    ...hub,
    async storeIncoming(document) {
      const stored = await hub.storeIncoming(document)
      return point === 'document stored' ? die() : stored
    },
    db: new Proxy(hub.db, {
      get(db, name, receiver) {
        if (name !== 'transaction') return Reflect.get(db, name, receiver)
        return async (work: (trx: unknown) => Promise<unknown>) => {
          const done = await db.transaction(async (trx) => {
            const result = await work(trx)
            if ((point === 'receipt written' && pushed) || (point === 'page written' && read)) await die()
            return result
          })
          return point === 'order committed' ? die() : done
        }
      },
    }),
    openErp(connection) {
      const opened = hub.openErp(connection)
      const { erp } = opened
      const push = erp.pushOrder?.bind(erp)
      const change = erp.changeOrder?.bind(erp)
      const cancel = erp.cancelOrder?.bind(erp)
      const mortalErp: ErpConnector = {
        ...erp,
        pushOrder: async (...order) => {
          if (point === 'before the push' || point === order[0].purchaseOrderNumber) await die()
          const receipt = await push?.(...order)
          if (point === 'after the push' || !receipt) return die()
          pushed = true
          return receipt
        },
        changeOrder: async (...order) => {
          const receipt = await change?.(...order)
          return point === 'after the change' || !receipt ? die() : receipt
        },
        cancelOrder: async (...order) => {
          await cancel?.(...order)
          if (point === 'after the cancellation') await die()
        },
        async *pull(stream, after, options) {
          for await (const page of erp.pull(stream, after, options)) {
            if (point === 'page read') await die()
            read = true
            yield page
            if (point === 'page committed') await die()
          }
        },
      }
      return { ...opened, erp: mortalErp }
    },
  }
  return {
    ...assembled,
    hub: mortal,
    queues: {
      ...queues,
      queue(name) {
        const queue = queues.queue(name)
        if (point !== 'job handed over' || !name.startsWith('erp-')) return queue
        const addBulk = queue.addBulk.bind(queue)
        queue.addBulk = async (jobs) => {
          await addBulk(jobs)
          return die()
        }
        return queue
      },
    },
  }
}

const config = readConfig()
const assembled = armed(await assemble(config, makeLog(config.logLevel), role === 'hub' ? 'owner' : 'guest'))
if (role === 'hub') {
  const { app } = makeApp(assembled.hub)
  createServer(app).listen(config.port, config.host, () => console.log('The hub listens'))
} else await runJobs(assembled)
