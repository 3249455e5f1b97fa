// The suite that every connector must pass; connectors/README.md says how to plug one in. Driven by the capabilities it declares
// and by what the ERP's people can be made to do: what is missing is skipped by name, and asserted to be really missing.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type {
  ConnectorDefinition,
  ErpConnector,
  ErpInvoice,
  ErpOrder,
  ErpOrderDraft,
  ErpOrderReceipt,
  ErpOrderRef,
  Exchange,
  StreamName,
  StreamRecord,
  Surroundings,
} from '../../connectors/connector.ts'
import { streamNames } from '../../connectors/connector.ts'
import { ErpError } from '../../connectors/erp-error.ts'
import { addDecimals, compareDecimals, multiplyDecimals } from '../../src/money.ts'
import { erpSchemas, receiptSchema } from './erp-schemas.ts'
import { type Follower, makeFollower, outcomeOf, pagesOf, type Records } from './following.ts'

export interface ErpUnderTest {
  connector: ErpConnector
  /** A second connection to the same ERP, as another worker would have. */
  another?: ErpConnector
  /** Connections that can't work, and what check() has to say of each. */
  wrong?: { what: string; connector: ErpConnector; says: RegExp }[]
  customerNumber: string
  otherCustomerNumber: string
  currency: string
  /** At least two, sold in whole numbers, with the net price both customers pay for one. */
  items: ErpItem[]
  /** What the ERP's own people do; without them, what only they can do is skipped. */
  people?: ErpPeople
  /** What the ERP does by itself once the hub was there: awaited after every call that changes something. */
  work?(): Promise<void>
  close(): Promise<void>
}

export interface ErpItem {
  itemNumber: string
  unitOfMeasure: string
  unitPrice: string
}

/** Each resolves when the ERP has done it, its background work too. Ids are `erpId`s. */
export interface ErpPeople {
  /** An order that the hub didn't make. */
  enterOrder?(order: {
    customerNumber: string
    lines: { itemNumber: string; quantity: string }[]
  }): Promise<{ erpId: string }>
  confirm?(orderId: string): Promise<void>
  /** Absent lines = all that is left. */
  ship?(orderId: string, shipping: Shipping): Promise<{ erpId: string }>
  /** What is shipped, or all of it where the ERP invoices the order. */
  invoice?(orderId: string): Promise<{ erpId: string }>
  /** The whole invoice. */
  creditNote?(invoiceId: string): Promise<{ erpId: string }>
  /** The whole invoice. */
  pay?(invoiceId: string): Promise<void>
  changeCredit?(customerNumber: string, change: { limit?: string; blocked?: boolean }): Promise<void>
  deleteOrder?(orderId: string): Promise<void>
  /** Changes something about it, so that its stream shows it again. */
  touchOrder?(orderId: string): Promise<void>
  /** Orders that carry the key. */
  countByOnceKey?(onceKey: string): Promise<number>
  /** Ids of all the ERP has. */
  ids?(stream: StreamName): Promise<string[] | undefined>
  /** Makes the calls from now on fail, until what it gives is called. */
  break?: Partial<Record<Break, () => Promise<Mend>>>
}
export type Mend = () => Promise<void> | void
export interface Shipping {
  lines?: { lineNumber: number; quantity: string }[]
  carrier: string
  tracking: string
}
/** `lost-answer`: the ERP does what it is asked, and the connection breaks off. */
export type Break = 'unreachable' | 'throttled' | 'refused' | 'unauthorised' | 'garbage' | 'lost-answer'

export interface ContractOptions<C> {
  definition: ConnectorDefinition<C>
  /** Settings as an admin types them in, which can be right. */
  config: unknown
  /** Settings that can't, and the field the message has to name. */
  wrongConfigs: { field: string; config: unknown }[]
  /** Values of the settings that must never be seen. */
  secrets?: string[]
  /** The ERP takes an order without looking at it (files): it says later what it thinks of it. */
  answersLater?: boolean
}

const SECRET_NAME = /password|passphrase|secret|privatekey|token|apikey/i
let made = 0

/** Declares the suite. `setUp` runs once; what it connects is to be given `surroundings`. */
export function describeConnector<C>(
  name: string,
  setUp: (surroundings: Surroundings) => Promise<ErpUnderTest>,
  options: ContractOptions<C>,
): void {
  const { definition, answersLater = false } = options
  const { capabilities } = definition
  const exchanges: Exchange[] = []
  let erp: ErpUnderTest
  let connector: ErpConnector
  let people: ErpPeople
  let hub: Follower

  beforeAll(async () => {
    erp = await setUp({ now: () => new Date(), onExchange: (exchange) => exchanges.push(exchange) })
    connector = erp.connector
    people = erp.people ?? {}
    hub = makeFollower(connector)
  })
  afterAll(() => erp?.close())

  const newKey = () => `contract${process.pid}x${Date.now().toString(36)}x${(made++).toString(36)}`.slice(0, 32)
  const item = (n: number) => erp.items[n] as ErpItem
  const draft = (changes: Partial<ErpOrderDraft> = {}, quantities = ['2', '3']): ErpOrderDraft => ({
    customerNumber: erp.customerNumber,
    purchaseOrderNumber: `PO-${made}`,
    channel: 'punchout',
    orderDate: new Date().toISOString().slice(0, 10),
    currency: erp.currency,
    requestedDeliveryDate: null,
    shipTo: null,
    contact: { name: 'Anna Bakker', email: 'anna@buyer.example' },
    comments: null,
    shippingAmount: null,
    lines: quantities.map((quantity, i) => ({
      lineNumber: i + 1,
      itemNumber: item(i).itemNumber,
      description: `Article ${item(i).itemNumber}`,
      quantity,
      unitOfMeasure: item(i).unitOfMeasure,
      unitPrice: item(i).unitPrice,
      priceUnit: '1',
      requestedDeliveryDate: null,
      comments: null,
    })),
    ...changes,
  })
  const push = async (order = draft(), key = newKey()) => {
    const receipt = (await connector.pushOrder?.(order, key)) as ErpOrderReceipt
    await erp.work?.()
    return { key, receipt }
  }
  const change = async (ref: ErpOrderRef, order: ErpOrderDraft) => {
    const receipt = (await connector.changeOrder?.(ref, order)) as ErpOrderReceipt
    await erp.work?.()
    return receipt
  }
  const cancel = async (ref: ErpOrderRef, reason: string) => {
    await connector.cancelOrder?.(ref, reason)
    await erp.work?.()
  }
  const orderOf = async ({ key }: { key: string }) => {
    const found = [...(await hub.sync('orders')).values()].filter((order) => order.onceKey === key)
    expect(found, `orders in the stream with once key ${key}`).toHaveLength(1)
    return found[0] as ErpOrder
  }
  const has = (stream: StreamName) => capabilities.streams.includes(stream)
  const brokenUntilTheEnd = async (kind: Break) => {
    const mend = await people.break?.[kind]?.()
    onTestFinished(async () => mend?.())
    return mend as Mend
  }

  describe(`${name}: what it says of itself`, () => {
    it('has an id, a title and a summary', () => {
      expect(definition.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(definition.title).not.toBe('')
      expect(definition.summary).not.toBe('')
    })

    it('declares what it can do, and can do nothing else', () => {
      expect({
        pushOrder: connector.pushOrder !== undefined,
        changeOrder: connector.changeOrder !== undefined,
        cancelOrder: connector.cancelOrder !== undefined,
        invoicePdf: connector.fetchInvoicePdf !== undefined,
      }).toEqual({
        pushOrder: capabilities.pushOrder,
        changeOrder: capabilities.changeOrder,
        cancelOrder: capabilities.cancelOrder,
        invoicePdf: capabilities.invoicePdf,
      })
      expect(streamNames).toEqual(expect.arrayContaining([...capabilities.streams]))
    })

    it.for(streamNames.filter((stream) => !capabilities.streams.includes(stream)))(
      'refuses the stream %s, which it does not have',
      async (stream) => {
        await expect(pagesOf(connector, stream)).rejects.toMatchObject({ name: 'ErpError', kind: 'refused' })
      },
    )
  })

  describe(`${name}: settings`, () => {
    it('takes settings that can be right', () => {
      expect(definition.config.safeParse(options.config).error).toBeUndefined()
    })

    it.for(options.wrongConfigs)('refuses a wrong $field and names it', ({ field, config }) => {
      const { error } = definition.config.safeParse(config)
      expect(error?.issues.map((issue) => [...issue.path, ...('keys' in issue ? issue.keys : [])].join('.'))).toContain(
        field,
      )
    })

    it('can be made a form of, with the secrets marked', () => {
      const schema = z.toJSONSchema(definition.config, { io: 'input' })
      const fields = fieldsOf(schema)
      expect(fields.length).toBeGreaterThan(0)
      expect(fields.filter((f) => SECRET_NAME.test(f.name) && f.type !== 'boolean' && !f.secret)).toEqual([])
      expect(fields.some((f) => f.secret)).toBe((options.secrets ?? []).length > 0)
    })
  })

  describe(`${name}: check`, () => {
    it('says yes, step by step', async () => {
      const { ok, message, steps } = await connector.check()
      expect(steps.filter((step) => !step.ok)).toEqual([])
      expect(ok, message).toBe(true)
      expect(message).not.toBe('')
      expect(steps.length).toBeGreaterThan(0)
      for (const step of steps)
        expect(step).toEqual({ name: expect.any(String), ok: true, message: expect.any(String) })
    })

    it('says what is wrong, and throws nothing', async ({ skip }) => {
      if (!erp.wrong?.length) skip('no wrong connection was given')
      for (const { what, connector: wrong, says } of erp.wrong ?? []) {
        const result = await wrong.check()
        expect(result.ok, what).toBe(false)
        expect(result.message, what).toMatch(says)
        expect(
          result.steps.some((step) => !step.ok),
          what,
        ).toBe(true)
        for (const secret of options.secrets ?? []) expect(JSON.stringify(result)).not.toContain(secret)
        await wrong.close?.()
      }
    })

    it('throws nothing when the ERP is away', async ({ skip }) => {
      if (!people.break?.unreachable) skip('the ERP can not be made unreachable')
      await brokenUntilTheEnd('unreachable')
      expect(await connector.check()).toMatchObject({ ok: false, message: expect.stringMatching(/./) })
    })
  })

  describe.runIf(capabilities.pushOrder)(`${name}: pushing an order`, () => {
    it('gives a receipt', async () => {
      const { receipt } = await push()
      expect(receiptSchema.parse(receipt)).toMatchObject({ created: true })
      if (receipt.netAmount !== null) {
        const net = addDecimals(multiplyDecimals(item(0).unitPrice, '2'), multiplyDecimals(item(1).unitPrice, '3'))
        expect(compareDecimals(receipt.netAmount, net), `${receipt.netAmount} against ${net}`).toBe(0)
      }
    })

    it('makes one order however often it is pushed', async () => {
      const order = draft()
      const { key, receipt } = await push(order)
      for (const pushed of [await push(order, key), await push(order, key)])
        expect(pushed.receipt).toMatchObject({ created: false, erpId: receipt.erpId, number: receipt.number })
      await expectOnce(key)
    })

    it('makes one order when pushed in parallel', async () => {
      const [order, key] = [draft(), newKey()]
      const pushed = await Promise.all([1, 2, 3, 4, 5].map(() => push(order, key)))
      expect(new Set(pushed.map((p) => p.receipt.erpId)).size).toBe(1)
      expect(pushed.filter((p) => p.receipt.created)).toHaveLength(1)
      await expectOnce(key)
    })

    it('finds over another connection what the first one made', async ({ skip }) => {
      const { another } = erp
      if (!another?.pushOrder) return skip('there is no second connection')
      const order = draft()
      const { key, receipt } = await push(order)
      expect(await another.pushOrder(order, key)).toMatchObject({ created: false, erpId: receipt.erpId })
      await expectOnce(key)
    })

    it('makes one order when the answer is lost', async ({ skip }) => {
      if (!people.break?.['lost-answer']) skip('no answer can be made to get lost')
      const [order, key] = [draft(), newKey()]
      const mend = await brokenUntilTheEnd('lost-answer')
      await expect(push(order, key)).rejects.toMatchObject({ name: 'ErpError', kind: 'unreachable' })
      await mend()
      expect((await push(order, key)).receipt).toMatchObject({ created: false })
      await expectOnce(key)
    })

    it('makes two orders of two keys, though they are alike', async () => {
      const order = draft()
      const [a, b] = [await push(order), await push(order)]
      expect(a.receipt.erpId).not.toBe(b.receipt.erpId)
    })

    it('is refused with the number of a customer nobody knows', async ({ skip }) => {
      if (answersLater) skip('the ERP answers later')
      await expectRefused(draft({ customerNumber: '99999999' }), /99999999/)
    })

    it('is refused with the number of an article nobody knows', async ({ skip }) => {
      if (answersLater) skip('the ERP answers later')
      const lines = draft().lines.map((line, i) => (i === 1 ? { ...line, itemNumber: 'NO-SUCH-ARTICLE' } : line))
      await expectRefused(draft({ lines }), /NO-SUCH-ARTICLE/)
    })

    it('makes nothing when it was stopped before', async () => {
      const key = newKey()
      const pushed = connector.pushOrder?.(draft(), key, AbortSignal.abort())
      await expect(pushed).rejects.toMatchObject({ name: 'ErpError', kind: 'unreachable' })
      if (people.countByOnceKey) expect(await people.countByOnceKey(key)).toBe(0)
    })

    async function expectRefused(order: ErpOrderDraft, words: RegExp) {
      const key = newKey()
      const refusal: ErpError = await push(order, key).then(
        () => expect.fail('the order was taken'),
        (error) => error,
      )
      expect(refusal).toMatchObject({ name: 'ErpError', kind: 'refused', message: expect.stringMatching(words) })
      if (people.countByOnceKey) expect(await people.countByOnceKey(key)).toBe(0)
    }

    async function expectOnce(key: string) {
      if (people.countByOnceKey) expect(await people.countByOnceKey(key), `orders with key ${key}`).toBe(1)
      if (has('orders')) await orderOf({ key })
    }
  })

  describe.runIf(capabilities.pushOrder && has('orders'))(`${name}: the order that was pushed, in the stream`, () => {
    it('is as it was pushed', async () => {
      const purchaseOrderNumber = `PO "Ünï" <&'> ${made}`
      const pushed = await push(draft({ purchaseOrderNumber, comments: 'Goods in at the back: ring twice & wait.' }))
      const order = await orderOf(pushed)
      expect(order).toMatchObject({
        purchaseOrderNumber,
        customerNumber: erp.customerNumber,
        currency: erp.currency,
        onceKey: pushed.key,
      })
      expect(['punchout', 'erp']).toContain(order.channel)
      expect(order.state).not.toBe('cancelled')
      if (!answersLater) expect(order).toMatchObject({ erpId: pushed.receipt.erpId, number: pushed.receipt.number })
      expectLines(order, ['2', '3'])
    })

    it('has the price of the ERP where none was given', async ({ skip }) => {
      if (answersLater) skip('the ERP answers later')
      const lines = draft().lines.map((line) => ({ ...line, unitPrice: null }))
      expectLines(await orderOf(await push(draft({ lines }))), ['2', '3'])
    })

    it('keeps the ship-to address that is written out', async () => {
      const shipTo = {
        addressId: null,
        name: 'Bibliotheek Ööst, gate 4',
        street: ['Kade 12'],
        city: 'Almere',
        state: null,
        postalCode: '1315 XC',
        countryCode: 'NL',
        email: null,
        phone: null,
      }
      const order = await orderOf(await push(draft({ shipTo })))
      expect(order.shipTo).toMatchObject({ city: 'Almere', postalCode: '1315 XC', countryCode: 'NL' })
    })

    it('keeps the day it is wanted', async () => {
      const requestedDeliveryDate = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10)
      const order = await orderOf(await push(draft({ requestedDeliveryDate })))
      expect(order.requestedDeliveryDate).toBe(requestedDeliveryDate)
    })

    it('is for the customer it names', async () => {
      const order = await orderOf(await push(draft({ customerNumber: erp.otherCustomerNumber })))
      expect(order.customerNumber).toBe(erp.otherCustomerNumber)
    })
  })

  describe.runIf(has('orders'))(`${name}: orders the ERP's people enter`, () => {
    it('are in the stream, without a once key', async ({ skip }) => {
      if (!people.enterOrder) return skip('nobody enters orders')
      const { itemNumber } = item(0)
      const entry = { customerNumber: erp.otherCustomerNumber, lines: [{ itemNumber, quantity: '4' }] }
      const { erpId } = await people.enterOrder(entry)
      const order = (await hub.sync('orders')).get(erpId)
      expect(order).toMatchObject({ onceKey: null, customerNumber: erp.otherCustomerNumber })
      expect(order?.channel).not.toBe('punchout')
      expect(order?.lines.map((line) => line.itemNumber)).toEqual([itemNumber])
      expect(compareDecimals(order?.lines[0]?.quantity ?? '0', '4')).toBe(0)
    })
  })

  describe.runIf(capabilities.changeOrder)(`${name}: changing an order`, () => {
    it('brings it to the new draft, in the same order', async () => {
      const pushed = await push()
      const changed = await change(pushed.receipt, draft({}, ['7', '3']))
      expect(receiptSchema.parse(changed)).toMatchObject({ erpId: pushed.receipt.erpId, created: false })
      const order = await orderOf(pushed)
      expectLines(order, ['7', '3'])
      expect(order.erpId).toBe(pushed.receipt.erpId)
    })

    it('takes a line away', async () => {
      const pushed = await push()
      await change(pushed.receipt, draft({}, ['2']))
      const { lines } = await orderOf(pushed)
      const left = lines.filter((line) => line.rejectionReason === null && compareDecimals(line.quantity, '0') > 0)
      expect(left.map((line) => line.itemNumber)).toEqual([item(0).itemNumber])
    })

    it('is refused for an order nobody knows', async () => {
      const changed = change({ erpId: '99999999', number: '99999999' }, draft())
      await expect(changed).rejects.toMatchObject({ name: 'ErpError', kind: 'refused' })
    })

    it('is refused in words once it has shipped', async ({ skip }) => {
      const pushed = await shippedOrder()
      if (!pushed) return skip('nobody ships')
      await expectRefusal(change(pushed.receipt, draft({}, ['9', '9'])))
    })
  })

  describe.runIf(capabilities.cancelOrder)(`${name}: cancelling an order`, () => {
    it('cancels it, and cancelled already is a success', async () => {
      const pushed = await push()
      await cancel(pushed.receipt, 'ordered twice')
      expect((await orderOf(pushed)).state).toBe('cancelled')
      await cancel(pushed.receipt, 'ordered twice')
      expect((await orderOf(pushed)).state).toBe('cancelled')
    })

    it('is refused for an order nobody knows', async () => {
      const cancelled = cancel({ erpId: '99999999', number: '99999999' }, 'no reason')
      await expect(cancelled).rejects.toMatchObject({ name: 'ErpError', kind: 'refused' })
    })

    it('is refused in words once it has shipped', async ({ skip }) => {
      const pushed = await shippedOrder()
      if (!pushed) return skip('nobody ships')
      await expectRefusal(cancel(pushed.receipt, 'too late'))
    })
  })

  describe(`${name}: from the order to the money`, () => {
    const tracking = `3SCONTRACT${process.pid}`

    it.runIf(has('shipments'))(
      'shows a part delivery with carrier, tracking and the lines it delivers',
      async ({ skip }) => {
        if (!people.ship || !capabilities.pushOrder) return skip('nobody ships')
        const pushed = await push()
        const before = await orderOf(pushed)
        const first = lineOf(before, 0)
        await people.confirm?.(before.erpId)
        const shipping = { carrier: 'PostNL', tracking: `${tracking}A` }
        const part = [{ lineNumber: first.lineNumber, quantity: '1' }]
        const { erpId } = await people.ship(before.erpId, { ...shipping, lines: part })
        const shipment = (await hub.sync('shipments')).get(erpId)
        expect(shipment).toMatchObject({ customerNumber: erp.customerNumber, trackingNumbers: [`${tracking}A`] })
        expect(['shipped', 'delivered']).toContain(shipment?.state)
        expect(shipment?.shippedAt).not.toBeNull()
        expect(shipment?.lines).toHaveLength(1)
        expect(shipment?.lines[0]).toMatchObject({
          orderErpId: before.erpId,
          orderLineErpId: first.erpLineId,
          itemNumber: first.itemNumber,
        })
        expect(compareDecimals(shipment?.lines[0]?.quantity ?? '0', '1')).toBe(0)
        const after = await orderOf(pushed)
        expect(after.state).toBe('shipping')
        expect(compareDecimals(lineOf(after, 0).shippedQuantity ?? '0', '1')).toBe(0)

        await people.ship(before.erpId, { ...shipping, tracking: `${tracking}B` })
        expect(['shipped', 'closed']).toContain((await orderOf(pushed)).state)
        const both = [...(await hub.sync('shipments')).values()].filter((s) =>
          s.lines.some((line) => line.orderErpId === before.erpId),
        )
        expect(both.flatMap((s) => s.trackingNumbers).toSorted()).toEqual([`${tracking}A`, `${tracking}B`])
      },
    )

    it.runIf(has('invoices'))('shows the invoice with sums that hold, and that it is paid', async ({ skip }) => {
      const made = await invoicedOrder()
      if (!made) return skip('nobody invoices')
      const { invoice, order } = made
      expect(invoice).toMatchObject({ kind: 'invoice', state: 'open', customerNumber: erp.customerNumber })
      expectSums(invoice)
      expect(compareDecimals(invoice.netAmount, order.netAmount)).toBe(0)
      const delivered = invoice.lines.filter((line) => line.orderErpId === order.erpId)
      const ordered = order.lines.map((line) => line.erpLineId).toSorted()
      expect(delivered.map((line) => line.orderLineErpId).toSorted()).toEqual(ordered)
      if (!people.pay) return skip('nobody pays')
      await people.pay(invoice.erpId)
      const paid = (await hub.sync('invoices')).get(invoice.erpId)
      expect(paid?.state).toBe('paid')
      if (paid?.openAmount) expect(compareDecimals(paid.openAmount, '0')).toBe(0)
    })

    it.runIf(has('openItems'))('shows the open item until it is paid', async ({ skip }) => {
      const made = await invoicedOrder()
      if (!made) return skip('nobody invoices')
      const { number, totalAmount } = made.invoice
      const itemOf = async () =>
        [...(await hub.sync('openItems')).values()].find((open) => open.documentNumber === number)
      const open = await itemOf()
      expect(open).toMatchObject({ kind: 'invoice', customerNumber: erp.customerNumber, currency: erp.currency })
      expect(compareDecimals(open?.openAmount ?? '0', totalAmount)).toBe(0)
      expect(compareDecimals(open?.amount ?? '0', totalAmount)).toBe(0)
      if (!people.pay) return skip('nobody pays')
      await people.pay(made.invoice.erpId)
      expect(compareDecimals((await itemOf())?.openAmount ?? '', '0')).toBe(0)
    })

    it.runIf(has('balances'))('shows what the customer owes', async ({ skip }) => {
      const balanceOf = async () =>
        [...(await hub.sync('balances')).values()].find((b) => b.customerNumber === erp.customerNumber)?.balance ?? '0'
      const before = await balanceOf()
      const made = await invoicedOrder()
      if (!made) return skip('nobody invoices')
      const owed = addDecimals(before, made.invoice.totalAmount)
      expect(compareDecimals(await balanceOf(), owed), `${await balanceOf()} against ${owed}`).toBe(0)
      if (!people.pay) return skip('nobody pays')
      await people.pay(made.invoice.erpId)
      expect(compareDecimals(await balanceOf(), before)).toBe(0)
    })

    it.runIf(has('balances'))('asks for the balances of single customers', async () => {
      const pages = await pagesOf(connector, 'balances', null, { customerNumbers: [erp.otherCustomerNumber] })
      const numbers = [...outcomeOf(pages).values()].map((balance) => balance.customerNumber)
      expect(numbers).toContain(erp.otherCustomerNumber)
    })

    it.runIf(has('invoices'))(
      'shows a credit note: its amounts are positive, its kind says the direction',
      async ({ skip }) => {
        if (!people.creditNote) return skip('nobody credits')
        const made = await invoicedOrder()
        if (!made) return skip('nobody invoices')
        const { erpId } = await people.creditNote(made.invoice.erpId)
        const credit = (await hub.sync('invoices')).get(erpId)
        expect(credit).toMatchObject({ kind: 'credit-note', correctsNumber: made.invoice.number })
        expectSums(credit as ErpInvoice)
        expect(compareDecimals(credit?.totalAmount ?? '0', made.invoice.totalAmount)).toBe(0)
        expect(credit?.lines.filter((line) => line.quantity.startsWith('-'))).toEqual([])
      },
    )

    it.runIf(has('creditLimits'))('shows limit and block', async ({ skip }) => {
      const { changeCredit } = people
      if (!changeCredit) return skip('nobody changes credit')
      const creditOf = async () =>
        [...(await hub.sync('creditLimits')).values()].find((c) => c.customerNumber === erp.otherCustomerNumber)
      await changeCredit(erp.otherCustomerNumber, { limit: '12345.67' })
      expect(compareDecimals((await creditOf())?.limit ?? '0', '12345.67')).toBe(0)
      await changeCredit(erp.otherCustomerNumber, { limit: '50000.00' })
      expect(compareDecimals((await creditOf())?.limit ?? '0', '50000')).toBe(0)
      expect((await creditOf())?.blocked).toBe(false)
    })

    it.runIf(capabilities.invoicePdf)("gives the ERP's own PDF of an invoice", async ({ skip }) => {
      const made = await invoicedOrder()
      if (!made) return skip('nobody invoices')
      const pdf = await connector.fetchInvoicePdf?.(made.invoice.erpId)
      expect(
        Buffer.from(pdf ?? [])
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-')
      const none = connector.fetchInvoicePdf?.('99999999')
      await expect(none).rejects.toMatchObject({ name: 'ErpError', kind: 'refused' })
    })
  })

  describe(`${name}: streams`, () => {
    beforeAll(async () => {
      if (!capabilities.pushOrder) return
      for (let i = 0; i < 5; i++) await push()
    })

    it.for(capabilities.streams)('%s: has well-formed records', async (stream) => {
      const schema = z.array(
        z.union([erpSchemas[stream], z.strictObject({ deleted: z.literal(true), erpId: z.string() })]),
      )
      for (const page of await pagesOf(connector, stream)) {
        expect(page.next).toMatch(/./)
        expect(schema.safeParse(page.records).error?.message).toBeUndefined()
        expect(typeof (page as { total?: number }).total).toMatch(/number|undefined/)
      }
    })

    it.for(capabilities.streams)('%s: gives all of it, in pages of any size', async (stream) => {
      const all = settled(outcomeOf(await pagesOf(connector, stream)))
      for (const pageSize of [1, 2, 1000]) {
        const pages = await pagesOf(connector, stream, null, { pageSize })
        expect(Math.max(0, ...pages.map((page) => page.records.length))).toBeLessThanOrEqual(pageSize)
        expect(settled(outcomeOf(pages))).toEqual(all)
      }
      const ids = await people.ids?.(stream)
      if (ids) expect([...all.keys()]).toEqual(ids.toSorted())
    })

    it.for(capabilities.streams)('%s: goes on after every page as if it had never stopped', async (stream) => {
      const pages = await pagesOf(connector, stream, null, { pageSize: 2 })
      const all = settled(outcomeOf(pages))
      const boundaries = pages.length > 12 ? [0, 1, 2, 5, pages.length - 2, pages.length - 1] : pages.keys()
      for (const boundary of boundaries) {
        const rest = await pagesOf(connector, stream, pages[boundary]?.next ?? null, { pageSize: 2 })
        expect(settled(outcomeOf([...pages.slice(0, boundary + 1), ...rest])), `after page ${boundary}`).toEqual(all)
      }
    })

    it.for(capabilities.streams)('%s: never gives an older state after a newer one', async (stream) => {
      const seen = new Map<string, number>()
      for (const page of await pagesOf(connector, stream, null, { pageSize: 3 }))
        for (const record of page.records) {
          if (!('changedAt' in record)) continue
          const changedAt = Date.parse(record.changedAt)
          expect(changedAt, record.erpId).toBeGreaterThanOrEqual(seen.get(record.erpId) ?? 0)
          seen.set(record.erpId, changedAt)
        }
    })

    it.for(capabilities.streams)('%s: what was followed all the time is what is read afresh', async (stream) => {
      const followed = await hub.sync(stream)
      expect(settled(followed)).toEqual(settled(outcomeOf(await pagesOf(connector, stream))))
      expect(settled(await hub.sync(stream))).toEqual(settled(followed))
    })

    it.runIf(has('orders') && capabilities.pushOrder)(
      'orders: a cursor at the end shows what comes later',
      async () => {
        await hub.sync('orders')
        const end = hub.cursor('orders')
        const pushed = await push()
        const later = outcomeOf(await pagesOf(connector, 'orders', end))
        expect([...later.values()].map((order) => order.onceKey)).toContain(pushed.key)
      },
    )

    it.runIf(has('orders') && capabilities.pushOrder)(
      'orders: what changes while they are read is not lost',
      async ({ skip }) => {
        const touch = people.touchOrder ?? changeOrderByHub()
        if (!touch) return skip('nobody changes an order')
        const [early, late] = [await push(), await push()]
        const ids = [await orderOf(early), await orderOf(late)].map((order) => order.erpId)
        const records: Records<'orders'> = new Map()
        let cursor = ''
        let pages = 0
        const keep = (page: {
          records: (StreamRecord['orders'] | { deleted: true; erpId: string })[]
          next: string
        }) => {
          for (const record of page.records) if (!('deleted' in record)) records.set(record.erpId, record)
          cursor = page.next
        }
        const entered: string[] = []
        for await (const page of connector.pull('orders', null, { pageSize: 2 })) {
          keep(page)
          pages++
          if (pages === 1) for (const id of ids) await touch(id)
          if (pages === 2) entered.push((await push()).key)
          if (pages > 500) break
        }
        for await (const page of connector.pull('orders', cursor)) keep(page)
        const fresh = outcomeOf(await pagesOf(connector, 'orders'))
        for (const id of ids) expect(records.get(id)).toEqual(fresh.get(id))
        expect([...records.values()].map((order) => order.onceKey)).toEqual(expect.arrayContaining(entered))
      },
    )

    it.runIf(has('orders') && capabilities.pushOrder)('orders: what the ERP deletes is told of', async ({ skip }) => {
      const { deleteOrder } = people
      if (!deleteOrder) return skip('nobody deletes orders')
      const { erpId } = await orderOf(await push())
      await deleteOrder(erpId)
      const news = await pagesOf(connector, 'orders', hub.cursor('orders'))
      expect(news.flatMap((page) => page.records)).toContainEqual({ deleted: true, erpId })
      expect([...(await hub.sync('orders')).keys()]).not.toContain(erpId)
    })

    it.for(capabilities.streams)('%s: reads everything for a cursor of another connector', async (stream) => {
      const all = settled(outcomeOf(await pagesOf(connector, stream)))
      expect(settled(outcomeOf(await pagesOf(connector, stream, 'no cursor of ours')))).toEqual(all)
    })

    it.for(capabilities.streams)('%s: stops when it is told to', async (stream) => {
      const stopped = pagesOf(connector, stream, null, { signal: AbortSignal.abort() })
      await expect(stopped).rejects.toMatchObject({ name: 'ErpError', kind: 'unreachable' })
    })

    it.runIf(has('orders') && capabilities.pushOrder)('orders: stops between two pages', async () => {
      const stop = new AbortController()
      const read = async () => {
        let pages = 0
        for await (const _page of connector.pull('orders', null, { pageSize: 1, signal: stop.signal })) {
          pages++
          stop.abort()
        }
        return pages
      }
      await expect(read()).rejects.toMatchObject({ name: 'ErpError', kind: 'unreachable' })
    })
  })

  describe(`${name}: faults`, () => {
    const kinds = {
      unreachable: 'unreachable',
      throttled: 'throttled',
      refused: 'refused',
      unauthorised: 'unauthorised',
      garbage: 'unintelligible',
    } as const

    it.for(Object.entries(kinds) as [keyof typeof kinds, string][])(
      '%s is an error of kind %s',
      async ([fault, kind], { skip }) => {
        if (!people.break?.[fault]) return skip('the ERP can not be made to')
        const mend = await brokenUntilTheEnd(fault)
        const failed = [() => push(), () => pagesOf(connector, capabilities.streams[0] as StreamName)]
        for (const call of capabilities.pushOrder ? failed : failed.slice(1)) {
          const error: ErpError = await call().then(
            () => expect.fail('nothing was thrown'),
            (thrown) => thrown,
          )
          expect(error).toBeInstanceOf(ErpError)
          expect(error).toMatchObject({ kind, message: expect.stringMatching(/./) })
          if (kind === 'throttled') expect(error.retryAfter).toBeTypeOf('number')
        }
        await mend()
        expect(await connector.check()).toMatchObject({ ok: true })
      },
    )

    it('shows no secret, neither to the log nor to the admin', () => {
      const told = JSON.stringify(exchanges.map((e) => [e.what, e.error?.message, String(e.error?.cause ?? '')]))
      for (const secret of options.secrets ?? []) expect(told).not.toContain(secret)
      for (const exchange of exchanges) expect(exchange.milliseconds).toBeGreaterThanOrEqual(0)
    })
  })

  /** Compares by article: an ERP may number its lines itself, and add some of its own (freight). */
  function expectLines(order: ErpOrder, quantities: string[]): void {
    for (const [i, quantity] of quantities.entries()) {
      const { itemNumber, unitOfMeasure, unitPrice } = item(i)
      const lines = order.lines.filter((line) => line.itemNumber === itemNumber && line.rejectionReason === null)
      expect(lines, itemNumber).toHaveLength(1)
      expect(lines[0]).toMatchObject({ unitOfMeasure })
      expect(compareDecimals(lines[0]?.quantity ?? '0', quantity), `quantity of ${itemNumber}`).toBe(0)
      const price = multiplyDecimals(unitPrice, lines[0]?.priceUnit ?? '1')
      expect(compareDecimals(lines[0]?.unitPrice ?? '0', price), `price of ${itemNumber}`).toBe(0)
    }
    const net = addDecimals(...order.lines.filter((l) => l.rejectionReason === null).map((line) => line.netAmount))
    expect(compareDecimals(order.netAmount, net)).toBe(0)
    if (order.taxAmount !== null)
      expect(compareDecimals(order.totalAmount, addDecimals(order.netAmount, order.taxAmount))).toBe(0)
    expect(new Set(order.lines.map((line) => line.erpLineId)).size).toBe(order.lines.length)
  }

  function lineOf(order: ErpOrder, n: number) {
    return order.lines.find((line) => line.itemNumber === item(n).itemNumber) as ErpOrder['lines'][number]
  }

  function expectSums(invoice: ErpInvoice): void {
    const { netAmount, taxAmount, totalAmount, lines, taxes } = invoice
    expect(compareDecimals(totalAmount, addDecimals(netAmount, taxAmount))).toBe(0)
    expect(compareDecimals(netAmount, addDecimals(...lines.map((line) => line.netAmount)))).toBe(0)
    expect(compareDecimals(taxAmount, addDecimals('0', ...taxes.map((tax) => tax.taxAmount)))).toBe(0)
    for (const amount of [netAmount, taxAmount, totalAmount]) expect(amount.startsWith('-')).toBe(false)
    for (const line of lines) expect(taxes.map((tax) => tax.category)).toContain(line.taxCategory)
  }

  async function expectRefusal(call: Promise<unknown>): Promise<void> {
    await expect(call).rejects.toMatchObject({
      name: 'ErpError',
      kind: 'refused',
      message: expect.stringMatching(/\w+ \w+/),
    })
  }

  async function shippedOrder() {
    if (!people.ship || !capabilities.pushOrder) return undefined
    const pushed = await push()
    const { erpId } = await orderOf(pushed)
    await people.confirm?.(erpId)
    await people.ship(erpId, { carrier: 'PostNL', tracking: `3S${pushed.key}` })
    return pushed
  }

  async function invoicedOrder() {
    if (!people.invoice || !capabilities.pushOrder || !has('invoices')) return undefined
    const pushed = people.ship ? await shippedOrder() : await push()
    if (!pushed) return undefined
    const order = await orderOf(pushed)
    if (!people.ship) await people.confirm?.(order.erpId)
    const { erpId } = await people.invoice(order.erpId)
    const invoice = (await hub.sync('invoices')).get(erpId) as ErpInvoice
    expect(invoice, `invoice ${erpId} in the stream`).toBeDefined()
    return { order: await orderOf(pushed), invoice }
  }

  function changeOrderByHub() {
    if (!connector.changeOrder) return undefined
    return async (erpId: string) => {
      await change({ erpId, number: null }, draft({}, ['8', '3']))
    }
  }
}

/** For comparing: by id, without the time a sum was formed. */
function settled<S extends StreamName>(records: Records<S>): Map<string, unknown> {
  const sorted = [...records].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return new Map(sorted.map(([id, record]) => [id, { ...record, asOf: undefined }]))
}

interface Field {
  name: string
  type: string | undefined
  secret: boolean
}

/** Every field of a JSON schema, those of nested objects and alternatives too. */
function fieldsOf(schema: unknown): Field[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {}, ...rest } = schema as { properties?: Record<string, { type?: string; secret?: boolean }> }
  const own = Object.entries(properties).flatMap(([name, property]) => [
    { name, type: property.type, secret: property.secret === true },
    ...fieldsOf(property),
  ])
  return [...own, ...Object.values(rest).flatMap((value) => (typeof value === 'object' ? fieldsIn(value) : []))]
}

function fieldsIn(value: unknown): Field[] {
  return Array.isArray(value) ? value.flatMap(fieldsOf) : fieldsOf(value)
}
