// Connector: an ERP in memory, for the demo, for tests, and to try the hub before an ERP is connected.
import { z } from 'zod'
import type {
  ConnectorDefinition,
  Cursor,
  ErpConnector,
  Page,
  PullOptions,
  StreamName,
  StreamRecord,
  Surroundings,
  Tombstone,
} from '../connector.ts'
import { streamNames } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { type Behaviour, behave, type Call } from './faults.ts'
import { invoicePdf } from './invoice-pdf.ts'
import { type MemoryErp, memoryErp } from './memory-erp.ts'

const config = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'small letters, digits and dashes')
    .default('demo')
    .describe('One ERP per name; connections of one name share it.'),
  autopilot: z
    .boolean()
    .default(false)
    .describe('Orders are confirmed, shipped and invoiced by themselves within half a minute.'),
  pdf: z.boolean().default(true).describe('Whether it prints invoices itself; if not, the hub does.'),
  folder: z.string().min(1).optional().describe('Where its file is kept. Without one, it ends with the process.'),
})
export type MemoryConfig = z.output<typeof config>

export const memory: ConnectorDefinition<MemoryConfig> = {
  id: 'memory',
  title: 'ERP in memory',
  summary: 'For trying the hub out and for tests: customers, articles, orders, deliveries and invoices, all invented.',
  config,
  capabilities: { pushOrder: true, changeOrder: true, cancelOrder: true, invoicePdf: true, streams: streamNames },
  connect: connectMemory,
}

function connectMemory({ autopilot, pdf, ...settings }: MemoryConfig, { now, onExchange }: Surroundings): ErpConnector {
  /** One call as a real ERP would take it: scripted faults, autopilot, an exchange to tell of. */
  async function call<T>(name: Call, work: (erp: MemoryErp) => T, signal?: AbortSignal): Promise<T> {
    const begun = performance.now()
    const tell = (error?: ErpError) =>
      onExchange?.({ what: name, milliseconds: Math.round(performance.now() - begun), error })
    try {
      const answer = await answerTo(name, work, signal)
      tell()
      return answer
    } catch (error) {
      const known = error instanceof ErpError ? error : failure(error)
      tell(known)
      throw known
    }
  }

  async function answerTo<T>(name: Call, work: (erp: MemoryErp) => T, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw new ErpError('unreachable', `${name}: stopped before the ERP was asked.`)
    const erp = memoryErp(settings, now)
    const behaviour: Behaviour = erp.faults.take(name)
    await behave(behaviour, name, signal)
    if (autopilot) erp.moveOn()
    const answer = work(erp)
    if (behaviour.kind === 'yes-then-drop') throw new ErpError('unreachable', `${name}: the connection broke off.`)
    return answer
  }

  async function* pull<S extends StreamName>(
    stream: S,
    after: Cursor | null,
    { signal, pageSize = 100, customerNumbers }: PullOptions = {},
  ): AsyncIterable<Page<S>> {
    const wanted = customerNumbers && new Set(customerNumbers)
    let cursor = after
    for (;;) {
      const page = await call(`pull:${stream}`, (erp) => pageOf(erp, stream, cursor, pageSize, wanted), signal)
      if (!page) return
      cursor = page.next
      yield page
    }
  }

  return {
    async check(signal) {
      const name = 'The ERP in memory'
      try {
        const customers = await call('check', (erp) => erp.count('customers'), signal)
        const message = `${name} answers: it has ${customers} customers.`
        return { ok: true, message, steps: [{ name: 'Address', ok: true, message }] }
      } catch (error) {
        const message = (error as ErpError).message
        return { ok: false, message, steps: [{ name: 'Address', ok: false, message }] }
      }
    },
    pushOrder: (draft, onceKey, signal) => call('pushOrder', (erp) => erp.takeOrder(draft, onceKey), signal),
    changeOrder: (ref, draft, signal) => call('changeOrder', (erp) => erp.changeOrder(ref.erpId, draft), signal),
    cancelOrder: (ref, _reason, signal) => call('cancelOrder', (erp) => erp.cancelOrder(ref.erpId), signal),
    pull,
    fetchInvoicePdf: (erpId, signal) =>
      call(
        'fetchInvoicePdf',
        (erp) => {
          const invoice = needInvoice(erp, erpId)
          if (!pdf) throw new ErpError('refused', 'This ERP prints no invoices.')
          return invoicePdf(invoice)
        },
        signal,
      ),
  }
}

/** Undefined = there is nothing after the cursor. */
function pageOf<S extends StreamName>(
  erp: MemoryErp,
  stream: S,
  cursor: Cursor | null,
  pageSize: number,
  wanted: Set<string> | undefined,
): Page<S> | undefined {
  const epoch = erp.epoch()
  const [of, place] = cursor?.split(' ') ?? []
  const records: (StreamRecord[S] | Tombstone)[] = []
  let next: number | undefined
  for (const change of erp.changesFrom(stream, of === epoch ? Number(place) : 0)) {
    if (records.length === pageSize) break
    next = change.next
    const { record } = change
    if (!record) records.push({ deleted: true, erpId: change.id })
    else if (!wanted || wanted.has(record.customerNumber ?? '')) records.push(record)
  }
  return next === undefined ? undefined : { records, next: `${epoch} ${next}`, total: erp.count(stream) }
}

function needInvoice(erp: MemoryErp, erpId: string) {
  const invoice = erp.record('invoices', erpId)
  if (!invoice) throw new ErpError('refused', `There is no invoice ${erpId}.`)
  return invoice
}

/** A disk that is full, a folder that can't be written. */
function failure(error: unknown): ErpError {
  return new ErpError('unreachable', `The ERP in memory failed: ${(error as Error).message}`, { cause: error })
}
