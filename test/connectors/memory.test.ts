// The memory ERP: the connector contract, and what the demo and the fault tests rely on besides.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ErpConnector, Surroundings } from '../../connectors/connector.ts'
import type { Behaviour } from '../../connectors/memory/faults.ts'
import { memory } from '../../connectors/memory/memory.ts'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { type Break, describeConnector, type ErpUnderTest } from './contract.ts'

async function setUp(surroundings: Surroundings, folder?: string): Promise<ErpUnderTest> {
  const name = `contract-${randomUUID().slice(0, 8)}`
  const erp = memoryErp({ name, folder }, surroundings.now)
  const connect = (): ErpConnector => memory.connect(memory.config.parse({ name, folder }), surroundings)
  const broken = (kind: Behaviour['kind']) => async () => {
    erp.faults.add({ kind, times: 1000, retryAfter: 7 })
    return () => erp.faults.clear()
  }
  const behaviours = ['unreachable', 'throttled', 'refused', 'unauthorised', 'garbage'] as const
  return {
    connector: connect(),
    another: connect(),
    customerNumber: '100042',
    otherCustomerNumber: '100077',
    currency: 'EUR',
    items: [
      { itemNumber: '00123', unitOfMeasure: 'BX', unitPrice: '10.50' },
      { itemNumber: 'CAFÉ-03', unitOfMeasure: 'KGM', unitPrice: '14.20' },
    ],
    people: {
      enterOrder: async (order) => erp.enterOrder(order),
      confirm: async (orderId) => void erp.confirm(orderId),
      ship: async (orderId, shipping) => erp.ship(orderId, shipping),
      invoice: async (orderId) => erp.invoice(orderId),
      creditNote: async (invoiceId) => erp.creditNote(invoiceId),
      pay: async (invoiceId) => erp.pay(invoiceId),
      changeCredit: async (customerNumber, { limit, blocked }) => {
        if (limit !== undefined) erp.setCreditLimit(customerNumber, limit)
        if (blocked !== undefined) erp.block(customerNumber, blocked ? 'overdue' : null)
      },
      deleteOrder: async (orderId) => erp.deleteOrder(orderId),
      touchOrder: async (orderId) => void erp.confirm(orderId),
      countByOnceKey: async (onceKey) => erp.countByOnceKey(onceKey),
      ids: async (stream) => erp.records(stream).map((record) => record.erpId),
      break: {
        ...(Object.fromEntries(behaviours.map((kind) => [kind, broken(kind)])) as Record<Break, never>),
        'lost-answer': broken('yes-then-drop'),
      },
    },
    close: async () => {},
  }
}

const options = {
  definition: memory,
  config: { name: 'demo', autopilot: true },
  wrongConfigs: [
    { field: 'name', config: { name: 'no/path' } },
    { field: 'autopilot', config: { autopilot: 'yes' } },
    { field: 'pilot', config: { pilot: true } },
  ],
}

describeConnector('memory', (surroundings) => setUp(surroundings), options)
describeConnector(
  'memory with a file',
  async (surroundings) => {
    const folder = mkdtempSync(join(tmpdir(), 'memory-erp-'))
    const erp = await setUp(surroundings, folder)
    const nowhere = memory.connect(memory.config.parse({ folder: '/dev/null/books' }), surroundings)
    const wrong = [{ what: 'no folder', connector: nowhere, says: /dev.null.books/ }]
    return { ...erp, wrong, close: async () => rmSync(folder, { recursive: true }) }
  },
  options,
)
