// Run as a process of its own, to be killed: pushes orders or follows a stream, as a worker of the hub does.
// Arguments: connector id, settings as JSON, then `push <first> <last>` (keys k<n>) or `follow <stream> <file>`, which keeps
// records and cursor in the file, both or neither.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { ErpOrderDraft, StreamName } from '../../connectors/connector.ts'
import { connectors } from '../../connectors/registry.ts'

const [id = '', settings = '{}', task, a = '', b = ''] = process.argv.slice(2)
const definition = connectors[id]
if (!definition) throw new Error(`no connector ${id}`)
const connector = definition.connect(definition.config.parse(JSON.parse(settings)), { now: () => new Date() })

export interface Kept {
  cursor: string | null
  /** erpId -> how often it came. */
  seen: Record<string, number>
}

const draft: ErpOrderDraft = {
  customerNumber: '100077',
  purchaseOrderNumber: 'PO-1',
  channel: 'punchout',
  orderDate: '2026-03-01',
  currency: 'EUR',
  requestedDeliveryDate: null,
  shipTo: null,
  contact: null,
  comments: null,
  shippingAmount: null,
  lines: [
    {
      lineNumber: 1,
      itemNumber: '00123',
      description: 'Pens',
      quantity: '1',
      unitOfMeasure: 'BX',
      unitPrice: '10.50',
      priceUnit: '1',
      requestedDeliveryDate: null,
      comments: null,
    },
  ],
}

if (task === 'push') {
  for (let n = Number(a); n <= Number(b); n++) {
    await connector.pushOrder?.(draft, `k${n}`)
    console.log(`pushed ${n}`)
  }
} else {
  const kept: Kept = existsSync(b) ? JSON.parse(readFileSync(b, 'utf8')) : { cursor: null, seen: {} }
  for await (const page of connector.pull(a as StreamName, kept.cursor, { pageSize: 3 })) {
    for (const { erpId } of page.records) kept.seen[erpId] = (kept.seen[erpId] ?? 0) + 1
    kept.cursor = page.next
    writeFileSync(`${b}.tmp`, JSON.stringify(kept))
    renameSync(`${b}.tmp`, b)
    console.log(`kept ${page.next}`)
  }
}
await connector.close?.()
console.log('done')
