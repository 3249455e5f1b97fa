// What the demo and the fault tests rely on in the memory ERP, beyond the contract: its office, its faults, its autopilot, its size.
import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ErpOrderDraft, Exchange } from '../../connectors/connector.ts'
import { memory } from '../../connectors/memory/memory.ts'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { openingItems } from '../../connectors/memory/opening-data.ts'
import { catalogue } from '../../src/demo/catalogue.ts'
import { outcomeOf, pagesOf } from './following.ts'

const newName = () => `test-${randomUUID().slice(0, 8)}`
const draft = (changes: Partial<ErpOrderDraft> = {}): ErpOrderDraft => ({
  customerNumber: '100042',
  purchaseOrderNumber: 'PO-1',
  channel: 'punchout',
  orderDate: '2026-03-01',
  currency: 'EUR',
  requestedDeliveryDate: null,
  shipTo: null,
  contact: null,
  comments: null,
  shippingAmount: null,
  lines: [lineOf('00123', '2', 'BX')],
  ...changes,
})
const lineOf = (itemNumber: string, quantity: string, unitOfMeasure: string, unitPrice: string | null = null) => ({
  ...{ lineNumber: 10, itemNumber, description: '', quantity, unitOfMeasure, unitPrice, priceUnit: '1' },
  ...{ requestedDeliveryDate: null, comments: null },
})

function open(settings: { autopilot?: boolean; folder?: string } = {}) {
  const name = newName()
  const clock = { time: Date.parse('2026-03-01T10:00:00Z') }
  const now = () => new Date(clock.time)
  const exchanges: Exchange[] = []
  const connect = () =>
    memory.connect(memory.config.parse({ name, ...settings }), { now, onExchange: (e) => exchanges.push(e) })
  return { name, clock, now, exchanges, connect, connector: connect(), erp: memoryErp({ name, ...settings }, now) }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memory-erp-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('the opening data', () => {
  it('has every article of the demo store, with its unit, prices and tax', () => {
    const ours = openingItems.map(({ itemNumber, unitOfMeasure, prices, priceUnit, taxPercent }) => ({
      ...{ itemNumber, unitOfMeasure, prices, priceUnit, taxPercent },
    }))
    const theirs = catalogue.map(({ sku, unit, prices, priceUnit, taxPercent }) => ({
      ...{ itemNumber: sku, unitOfMeasure: unit, prices, priceUnit: priceUnit ?? '1', taxPercent },
    }))
    expect(ours).toEqual(theirs)
  })
})

describe('an order', () => {
  it('has the price of its quantity, of its customer, and per thousand', () => {
    const { erp } = open()
    const netOf = (...line: Parameters<typeof lineOf>) =>
      erp.takeOrder(draft({ lines: [lineOf(...line)] }), randomUUID()).netAmount
    expect(netOf('00123', '9', 'BX')).toBe('94.50')
    expect(netOf('00123', '10', 'BX')).toBe('99.00')
    expect(netOf('STPL-26-6', '2500', 'C62')).toBe('2.23')
    erp.setPrice('100042', '00123', '8.00')
    expect(netOf('00123', '10', 'BX')).toBe('80.00')
  })

  it('is taken at another price, with a note', () => {
    const { erp } = open()
    const receipt = erp.takeOrder(draft({ lines: [lineOf('00123', '1', 'BX', '9.00')] }), 'k1')
    expect(receipt).toMatchObject({ state: 'open', netAmount: '9.00', notes: [expect.stringContaining('10.50')] })
  })

  it.for([
    [{ currency: 'USD' }, /USD/],
    [{ lines: [] }, /one line/],
    [{ lines: [lineOf('00123', '1', 'C62')] }, /sold by BX, not by C62/],
    [{ lines: [lineOf('00123', '0', 'BX')] }, /"0" is no quantity/],
    [{ lines: [lineOf('00123', '1e3', 'BX')] }, /"1e3" is no quantity/],
    [{ lines: [lineOf('123', '1', 'BX')] }, /article 123 is not known/],
  ] as const)('is refused: %o', ([changes, words]) => {
    const { erp } = open()
    expect(() => erp.takeOrder(draft(changes as Partial<ErpOrderDraft>), 'k1')).toThrow(words)
    expect(erp.countByOnceKey('k1')).toBe(0)
  })

  it('carries freight as a line of its own, invoiced once', () => {
    const { erp } = open()
    const { erpId } = erp.takeOrder(draft({ shippingAmount: '4.9', lines: [lineOf('00123', '2', 'BX')] }), 'k1')
    expect(erp.record('orders', erpId)).toMatchObject({ netAmount: '25.90', taxAmount: '5.44', totalAmount: '31.34' })
    const first = erp.ship(erpId, { lines: [{ lineNumber: 10, quantity: '1' }] })
    const second = erp.ship(erpId)
    expect(erp.invoice(first.erpId).netAmount).toBe('15.40')
    expect(erp.invoice(second.erpId).netAmount).toBe('10.50')
    expect(erp.record('orders', erpId)?.state).toBe('closed')
  })

  it('is shipped in parts and parcels, and never more than is left', () => {
    const { erp } = open()
    const lines = [lineOf('00123', '5', 'BX'), { ...lineOf('0047', '2', 'SET'), lineNumber: 20 }]
    const { erpId } = erp.takeOrder(draft({ lines }), 'k1')
    const shipment = erp.ship(erpId, { tracking: ['A', 'B'], lines: [{ lineNumber: 10, quantity: '3' }] })
    expect(shipment.parcels.map((parcel) => [parcel.trackingNumber, parcel.lines.length])).toEqual([
      ['A', 1],
      ['B', 0],
    ])
    expect(() => erp.ship(erpId, { lines: [{ lineNumber: 10, quantity: '3' }] })).toThrow(/2 is left, 3/)
    erp.rejectLine(erpId, 20, 'discontinued')
    erp.ship(erpId)
    expect(erp.record('orders', erpId)).toMatchObject({ state: 'shipped', netAmount: '52.50' })
    expect(() => erp.ship(erpId)).toThrow(/it is shipped/)
  })

  it('has no VAT within the community, and says why', () => {
    const { erp } = open()
    const { erpId } = erp.takeOrder(draft({ customerNumber: '100077' }), 'k1')
    erp.ship(erpId)
    const { taxes, taxAmount } = erp.invoice(erpId)
    expect(taxes).toMatchObject([{ category: 'K', ratePercent: '0', exemptionReason: 'Intra-community supply' }])
    expect(taxAmount).toBe('0.00')
  })
})

describe('credit', () => {
  it('counts what is owed and what is on order, and blocks the order that goes over it', () => {
    const { erp } = open()
    erp.setCreditLimit('100042', '60.00')
    const first = erp.takeOrder(draft(), 'k1')
    expect(first).toMatchObject({ state: 'open', netAmount: '21.00' })
    erp.ship(first.erpId)
    erp.invoice(first.erpId)
    expect(erp.record('balances', '100042')).toMatchObject({ balance: '25.41', openOrders: '0.00' })
    const second = erp.takeOrder(draft(), 'k2')
    expect(second.state).toBe('open')
    const third = erp.takeOrder(draft(), 'k3')
    expect(third).toMatchObject({ state: 'blocked', notes: [expect.stringContaining('exceeded by 7.41')] })
    expect(() => erp.ship(third.erpId)).toThrow(/blocked/)
    expect(erp.confirm(third.erpId).state).toBe('open')
    expect(erp.record('balances', '100042')?.openOrders).toBe('42.00')
  })

  it('goes down with a payment, a credit note, a cancelled and a deleted order', () => {
    const { erp } = open()
    const { erpId } = erp.takeOrder(draft(), 'k1')
    erp.ship(erpId)
    const invoice = erp.invoice(erpId)
    erp.pay(invoice.erpId, '5.41')
    const balance = () => erp.record('balances', '100042')?.balance
    expect(balance()).toBe('20.00')
    erp.creditNote(invoice.erpId, [{ lineNumber: 1, quantity: '1' }])
    expect(balance()).toBe('7.29')
    expect(() => erp.pay(invoice.erpId, '20.01')).toThrow(/only 20.00 is open/)
    for (const [key, end] of [
      ['k2', erp.cancelOrder],
      ['k3', erp.deleteOrder],
    ] as const)
      end(erp.takeOrder(draft(), key).erpId)
    expect(erp.record('balances', '100042')?.openOrders).toBe('0.00')
  })

  it('blocks all orders of a blocked customer', () => {
    const { erp } = open()
    erp.block('100042', 'overdue')
    expect(erp.takeOrder(draft(), 'k1')).toMatchObject({
      state: 'blocked',
      notes: [expect.stringContaining('overdue')],
    })
    expect(erp.record('customers', '100042')?.blocked).toBe(true)
    erp.block('100042', null)
    expect(erp.takeOrder(draft(), 'k2').state).toBe('open')
  })
})

describe('the autopilot', () => {
  it('confirms, ships and invoices as the clock moves on, at whoever calls', async () => {
    const { connector, clock, erp } = open({ autopilot: true })
    const { erpId } = (await connector.pushOrder?.(draft(), 'k1')) ?? { erpId: '' }
    const stateAfter = async (seconds: number) => {
      clock.time += seconds * 1000
      await pagesOf(connector, 'balances')
      const order = erp.record('orders', erpId)
      return [order?.state, order?.lines[0]?.confirmedQuantity]
    }
    expect(await stateAfter(2)).toEqual(['open', null])
    expect(await stateAfter(2)).toEqual(['open', '2'])
    expect(await stateAfter(5)).toEqual(['open', '2'])
    expect(await stateAfter(2)).toEqual(['shipped', '2'])
    expect(erp.shipmentsOf(erpId)[0]?.trackingNumbers).toHaveLength(1)
    expect(await stateAfter(9)).toEqual(['shipped', '2'])
    expect(await stateAfter(1)).toEqual(['closed', '2'])
    expect(erp.records('invoices')).toMatchObject([
      { state: 'open', lines: [{ shipmentErpId: erp.shipmentsOf(erpId)[0]?.erpId }] },
    ])
  })

  it('lets blocked and cancelled orders be', async () => {
    const { connector, clock, erp } = open({ autopilot: true })
    erp.block('100042', 'overdue')
    await connector.pushOrder?.(draft(), 'k1')
    const other = await connector.pushOrder?.(draft({ customerNumber: '100077' }), 'k2')
    if (other) await connector.cancelOrder?.(other, '')
    for (let i = 0; i < 5; i++) {
      clock.time += 60_000
      await pagesOf(connector, 'orders')
    }
    expect(erp.records('orders').map((order) => order.state)).toEqual(['blocked', 'cancelled'])
  })

  it('does nothing for a connection without it', async () => {
    const { connector, clock, erp } = open()
    await connector.pushOrder?.(draft(), 'k1')
    clock.time += 3_600_000
    await pagesOf(connector, 'orders')
    expect(erp.records('orders')[0]?.lines[0]?.confirmedQuantity).toBeNull()
  })
})

describe('faults', () => {
  it('come in their order, each at the calls it is for', async () => {
    const { connector, erp, exchanges } = open()
    erp.faults.add(
      { kind: 'throttled', retryAfter: 5, on: 'pushOrder', times: 2 },
      { kind: 'garbage', on: 'pull:orders' },
    )
    erp.faults.add({ kind: 'refused', on: 'pull', words: 'closed for the night' })
    const push = () => connector.pushOrder?.(draft(), 'k1')
    await expect(pagesOf(connector, 'orders')).rejects.toMatchObject({ kind: 'unintelligible' })
    await expect(pagesOf(connector, 'balances')).rejects.toMatchObject({
      kind: 'refused',
      message: 'closed for the night',
    })
    await expect(push()).rejects.toMatchObject({ kind: 'throttled', retryAfter: 5 })
    await expect(push()).rejects.toMatchObject({ kind: 'throttled' })
    await expect(push()).resolves.toMatchObject({ created: true })
    expect(exchanges.map((e) => [e.what, e.error?.kind])).toEqual([
      ['pull:orders', 'unintelligible'],
      ['pull:balances', 'refused'],
      ['pushOrder', 'throttled'],
      ['pushOrder', 'throttled'],
      ['pushOrder', undefined],
    ])
  })

  it('can let some pages pass', async () => {
    const { connector, erp } = open()
    erp.faults.add({ kind: 'pass', times: 2 }, { kind: 'unreachable' })
    const read: number[] = []
    const pull = async () => {
      for await (const page of connector.pull('prices', null, { pageSize: 5 })) read.push(page.records.length)
    }
    await expect(pull()).rejects.toMatchObject({ kind: 'unreachable' })
    expect(read).toEqual([5, 5])
  })

  it('make the order and lose the answer', async () => {
    const { connector, erp } = open()
    erp.faults.add({ kind: 'yes-then-drop' })
    await expect(connector.pushOrder?.(draft(), 'k1')).rejects.toMatchObject({ kind: 'unreachable' })
    expect(erp.countByOnceKey('k1')).toBe(1)
    expect(await connector.pushOrder?.(draft(), 'k1')).toMatchObject({ created: false })
  })

  it('are slow until the hub stops waiting', async () => {
    const { connector, erp } = open()
    erp.faults.add({ kind: 'slow', milliseconds: 60_000 }, { kind: 'slow', milliseconds: 1 })
    await expect(connector.pushOrder?.(draft(), 'k1', AbortSignal.timeout(20))).rejects.toMatchObject({
      kind: 'unreachable',
    })
    expect(erp.countByOnceKey('k1')).toBe(0)
    expect(await connector.pushOrder?.(draft(), 'k1')).toMatchObject({ created: true })
  })

  it('can be taken back', async () => {
    const { connector, erp } = open()
    erp.faults.add({ kind: 'unauthorised', times: 99 })
    expect(await connector.check()).toMatchObject({ ok: false })
    erp.faults.clear()
    expect(await connector.check()).toMatchObject({ ok: true })
  })
})

describe('the books', () => {
  it('of another name are others', () => {
    const [a, b] = [open(), open()]
    a.erp.takeOrder(draft(), 'k1')
    expect([a.erp.count('orders'), b.erp.count('orders')]).toEqual([1, 0])
    expect(a.erp.epoch()).not.toBe(b.erp.epoch())
  })

  it('in a file outlive a line that was cut off, and one that lost a race', () => {
    const folder = temporaryFolder()
    const { erp, name } = open({ folder })
    const file = join(folder, `${name}.jsonl`)
    erp.takeOrder(draft(), 'k1')
    const lost = readFileSync(file, 'utf8').trim().split('\n').at(-1)
    appendFileSync(file, `\n${lost}\n\n{"after":2,"by":"killed","puts":[{"table":"ord`)
    erp.takeOrder(draft(), 'k2')
    expect(['k1', 'k2'].map(erp.countByOnceKey)).toEqual([1, 1])
    const tables = readFileSync(file, 'utf8').match(/"table":"orders"/g)
    expect(tables).toHaveLength(3)
  })

  it('of a folder that can not be written are unreachable', async () => {
    const connector = memory.connect(memory.config.parse({ folder: '/dev/null/books' }), { now: () => new Date() })
    await expect(connector.pushOrder?.(draft(), 'k1')).rejects.toMatchObject({ name: 'ErpError', kind: 'unreachable' })
  })

  it('hold 10,000 orders, with what comes of them', async () => {
    const { connector, erp } = open()
    erp.setCreditLimit('100042', null)
    for (let i = 0; i < 10_000; i++) {
      const { erpId } = erp.takeOrder(draft(), `k${i}`)
      if (i % 10 === 0) erp.invoice(erp.ship(erpId).erpId)
    }
    const orders = outcomeOf(await pagesOf(connector, 'orders', null, { pageSize: 500 }))
    expect(orders.size).toBe(10_000)
    expect(new Set([...orders.values()].map((order) => order.number)).size).toBe(10_000)
    expect(erp.record('balances', '100042')).toMatchObject({ balance: '25410.00', openOrders: '189000.00' })
  })
})

describe('a PDF of an invoice', () => {
  it('has its objects where its table says', async () => {
    const { connector, erp } = open()
    const { erpId } = erp.takeOrder(draft(), 'k1')
    const invoice = erp.invoice(erpId)
    const pdf = Buffer.from((await connector.fetchInvoicePdf?.(invoice.erpId)) ?? []).toString('latin1')
    expect(pdf).toContain(`(INVOICE ${invoice.number})`)
    const table = pdf.slice(Number(/startxref\n(\d+)/.exec(pdf)?.[1]))
    expect(table.startsWith('xref')).toBe(true)
    const places = [...table.matchAll(/^(\d{10}) 00000 n/gm)].map(([, place]) => Number(place))
    expect(places.map((place) => pdf.slice(place, place + 7))).toEqual([1, 2, 3, 4, 5].map((n) => `${n} 0 obj`))
  })
})
