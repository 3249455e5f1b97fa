// Tryton: what its people do (deliver, invoice, credit, take payments, change prices), seen in the streams, against a real Tryton 6.0.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErpConnector, ErpInvoice, StreamName } from '../../connectors/connector.ts'
import { tryton } from '../../connectors/tryton/tryton.ts'
import { makeFollower, outcomeOf, pagesOf } from './following.ts'
import { type Desk, decimal, makeOffice, sitDown } from './tryton/office.ts'
import { haveTryton, startTryton, type TrytonServer } from './tryton/server.ts'

describe.runIf(haveTryton())('Tryton shows', () => {
  let server: TrytonServer
  let clerk: Desk
  let office: ReturnType<typeof makeOffice>
  let erp: ErpConnector
  /** Days from today that the hub's clock goes ahead. */
  let ahead = 0

  beforeAll(async () => {
    server = await startTryton()
    clerk = await sitDown(server, 'clerk')
    office = makeOffice(clerk)
    erp = tryton.connect(tryton.config.parse(server.settings), { now: () => new Date(Date.now() + ahead * 86_400_000) })
  })
  afterAll(async () => {
    await erp?.close?.()
    await server?.remove()
  })

  const all = async <S extends StreamName>(stream: S) => outcomeOf(await pagesOf(erp, stream))
  const entered = async (customerNumber: string, ...items: [itemNumber: string, quantity: string][]) => {
    const lines = items.map(([itemNumber, quantity]) => ({ itemNumber, quantity }))
    const { erpId } = await office.enterOrder({ customerNumber, lines })
    await office.confirm(erpId)
    return erpId
  }
  const invoiceOf = async (orderId: string) => {
    const { erpId } = await office.invoice(orderId)
    return (await all('invoices')).get(erpId) as ErpInvoice
  }

  describe('deliveries and invoices', () => {
    it('of several orders as one, where the customer wants it so', async () => {
      const orders = [await entered('100118', ['00123', '2']), await entered('100118', ['0047', '1'], ['00123', '1'])]
      const { erpId } = await office.ship(orders[0] as string, { carrier: 'PostNL', tracking: '3SGROUPED' })
      const shipment = (await all('shipments')).get(erpId)
      expect(new Set(shipment?.lines.map((line) => line.orderErpId))).toEqual(new Set(orders))
      expect(shipment).toMatchObject({
        customerNumber: '100118',
        carrierName: 'PostNL',
        trackingNumbers: ['3SGROUPED'],
      })
      expect(shipment?.parcels).toHaveLength(1)
      expect(shipment?.parcels[0]?.lines.map((line) => line.erpLineId).toSorted()).toEqual(
        shipment?.lines.map((line) => line.erpLineId).toSorted(),
      )
      const invoice = await invoiceOf(orders[1] as string)
      expect(new Set(invoice.lines.map((line) => line.orderErpId))).toEqual(new Set(orders))
      expect(new Set(invoice.lines.map((line) => line.shipmentErpId))).toEqual(new Set([erpId]))
      expect(invoice.purchaseOrderNumber).toBeNull()
      const seen = await all('orders')
      for (const id of orders) expect(seen.get(id)).toMatchObject({ state: 'shipped', channel: 'erp', onceKey: null })
    })

    it('of several rates of VAT, one entry for each (EN 16931 BG-23)', async () => {
      const invoice = await invoiceOf(await entered('100042', ['00123', '2'], ['CAFÉ-03', '3'], ['TN-2420', '1']))
      expect(invoice.taxes).toMatchObject([
        { category: 'S', ratePercent: '21', taxableAmount: '85.95', taxAmount: '18.05' },
        { category: 'S', ratePercent: '9', taxableAmount: '42.60', taxAmount: '3.83' },
      ])
      expect(invoice).toMatchObject({
        netAmount: '128.55',
        taxAmount: '21.88',
        totalAmount: '150.43',
        openAmount: '150.43',
      })
      expect(invoice.lines.map((line) => line.taxRatePercent)).toEqual(['21', '9', '21'])
    })

    it('with the reason why no tax is due (EN 16931 BT-120)', async () => {
      const invoice = await invoiceOf(await entered('100077', ['00123', '1']))
      expect(invoice.taxes).toMatchObject([
        { category: 'K', ratePercent: '0', taxAmount: '0.00', exemptionReason: expect.stringMatching(/Article 138/) },
      ])
      expect(invoice).toMatchObject({ paymentTerms: '14 days net', billTo: { countryCode: 'BE' } })
      expect(Date.parse(invoice.dueDate ?? '') - Date.parse(invoice.invoiceDate)).toBe(14 * 86_400_000)
    })

    it('as credit notes that know the order and the invoice', async () => {
      const orderId = await entered('100042', ['00123', '2'])
      const invoice = await invoiceOf(orderId)
      const { erpId } = await office.creditNote(invoice.erpId)
      const credit = (await all('invoices')).get(erpId)
      expect(credit).toMatchObject({ kind: 'credit-note', correctsNumber: invoice.number, openAmount: '25.41' })
      expect(credit?.lines).toMatchObject([
        { orderErpId: orderId, quantity: '2', unitPrice: '10.50', netAmount: '21.00', taxCategory: 'S' },
      ])
      expect(credit?.number).toMatch(/^CN/)
      const items = [...(await all('openItems')).values()]
      expect(items.find((item) => item.documentNumber === credit?.number)).toMatchObject({
        kind: 'credit-note',
        amount: '-25.41',
      })
    })

    it('only from the moment the goods are reserved, and no more when they are set free again', async () => {
      const hub = makeFollower(erp)
      const orderId = await entered('100042', ['00123', '1'])
      const { shipments } = await office.read<{ shipments: number[] }>('sale.sale', Number(orderId), 'shipments')
      const [id] = shipments as [number]
      expect((await hub.sync('shipments')).has(String(id))).toBe(false)
      await clerk.call('model.stock.shipment.out.assign_try', [id])
      expect((await hub.sync('shipments')).get(String(id))).toMatchObject({ state: 'planned', shippedAt: null })
      await clerk.call('model.stock.shipment.out.wait', [id])
      expect((await hub.sync('shipments')).has(String(id))).toBe(false)
    })

    it('in the order, though the sale itself was not written', async () => {
      const hub = makeFollower(erp)
      const orderId = await entered('100042', ['00123', '4'], ['0047', '1'])
      const before = (await hub.sync('orders')).get(orderId)
      expect(before?.lines[0]).toMatchObject({ confirmedQuantity: '4', shippedQuantity: '0', invoicedQuantity: '0' })
      expect(before?.lines[0]?.confirmedDate).toMatch(/^\d{4}-/)
      await office.invoice(orderId)
      const after = (await hub.sync('orders')).get(orderId)
      expect(after?.lines.map((line) => line.invoicedQuantity)).toEqual(['4', '1'])
    })
  })

  describe('money', () => {
    it('that came in, in part and in full', async () => {
      const hub = makeFollower(erp)
      const invoice = await invoiceOf(await entered('100118', ['TN-2420', '1']))
      expect(invoice).toMatchObject({ state: 'open', openAmount: '78.59' })
      await hub.sync('invoices')
      await hub.sync('openItems')
      await office.pay(invoice.erpId, '50.00')
      expect((await hub.sync('invoices')).get(invoice.erpId)).toMatchObject({ state: 'open', openAmount: '28.59' })
      const items = [...(await hub.sync('openItems')).values()].filter((item) => item.customerNumber === '100118')
      expect(items.find((item) => item.kind === 'payment')).toMatchObject({ amount: '-50.00', openAmount: '-50.00' })
      await office.pay(invoice.erpId)
      expect((await hub.sync('invoices')).get(invoice.erpId)).toMatchObject({ state: 'paid', openAmount: '0' })
      const settled = [...(await hub.sync('openItems')).values()].find((item) => item.documentNumber === invoice.number)
      expect(settled).toMatchObject({ amount: '78.59', openAmount: '0' })
    })

    it('that is ordered and not invoiced yet', async () => {
      const hub = makeFollower(erp)
      const of = async () => [...(await hub.sync('balances')).values()].find((b) => b.customerNumber === '100101')
      expect(await of()).toMatchObject({ balance: '0.00', openOrders: '0.00', currency: 'EUR' })
      const orderId = await entered('100101', ['00123', '1'])
      expect(await of()).toMatchObject({ balance: '0.00', openOrders: '10.50' })
      await office.invoice(orderId)
      expect(await of()).toMatchObject({ balance: '12.70', openOrders: '0.00' })
    })
  })

  describe('customers', () => {
    it('with what the hub knows them by', async () => {
      const customer = [...(await all('customers')).values()].find((c) => c.customerNumber === '100042')
      expect(customer).toMatchObject({
        name: 'City of Almere',
        vatId: 'NL001234547B01',
        email: 'invoices@almere.example',
        paymentTerms: '30 days net',
        blocked: false,
        address: { street: ['Stadhuisplein 1'], postalCode: '1315 HR', countryCode: 'NL' },
      })
      const limits = [...(await all('creditLimits')).values()].map((c) => [c.customerNumber, c.limit])
      expect(limits).toEqual(
        expect.arrayContaining([
          ['100042', '50000.00'],
          ['100077', null],
        ]),
      )
    })

    it('and nobody who is none: the carrier, the company itself', async () => {
      const names = [...(await all('customers')).values()].map((customer) => customer.name)
      expect(names).toEqual(['City of Almere', 'Havenbedrijf Gent', 'Basisschool De Eekhoorn', 'Zorggroep Flevoland'])
    })

    it('that are inactive as blocked, and their address as gone', async () => {
      const hub = makeFollower(erp)
      const [party] = await clerk.call<number[]>('model.party.party.create', [
        {
          ...{ name: 'Gone Ltd', code: '100999', categories: [['add', await office.idsOf('party.category')]] },
          addresses: [['create', [{ street: 'Weg 1', city: 'Weert' }]]],
        },
      ])
      const ofParty = async () => [...(await hub.sync('shipTos')).values()].filter((s) => s.customerNumber === '100999')
      expect((await hub.sync('customers')).get(String(party))).toMatchObject({ blocked: false })
      expect(await ofParty()).toHaveLength(1)
      const { addresses } = await office.read<{ addresses: number[] }>('party.party', party as number, 'addresses')
      await clerk.call('model.party.address.write', addresses, { active: false })
      await clerk.call('model.party.party.write', [party], { active: false })
      expect((await hub.sync('customers')).get(String(party))).toMatchObject({ blocked: true })
      expect(await ofParty()).toEqual([])
    })
  })

  describe('prices', () => {
    it('for everybody with their breaks, and what a contract makes of them', async () => {
      const prices = [...(await all('prices')).values()]
      const of = (itemNumber: string, customerNumber: string | null) =>
        prices
          .filter((p) => p.itemNumber === itemNumber && p.customerNumber === customerNumber)
          .map((p) => [p.minimumQuantity, p.unitPrice, p.unitOfMeasure])
      expect(of('00123', null)).toEqual([
        ['1', '10.50', 'BX'],
        ['10', '9.90', 'BX'],
      ])
      expect(of('STPL-26-6', null)).toEqual([['1', '0.00089', 'C62']])
      expect(of('CAFÉ-03', null)).toEqual([['0', '14.20', 'KGM']])
      expect(of('CHAIR-210', null)).toEqual([['1', '219.00', 'C62']])
      expect(of('CHAIR-210', '100077')).toEqual([['1', '199.00', 'C62']])
      expect(of('CHAIR-210', '100042')).toEqual([])
    })

    it('again when one was changed, and when a day has passed; else nothing', async () => {
      const hub = makeFollower(erp)
      await hub.sync('prices')
      const end = () => pagesOf(erp, 'prices', hub.cursor('prices'))
      expect(await end()).toEqual([])
      const template = await office.idOf('product.template', ['name', 'like', 'Desk lamp%'])
      await clerk.call('model.product.template.write', [template], { list_price: decimal('39.90') })
      const lamp = [...(await hub.sync('prices')).values()].find((p) => p.itemNumber === 'LED-12' && !p.customerNumber)
      expect(lamp?.unitPrice).toBe('39.90')
      expect(await end()).toEqual([])
      ahead = 1
      expect((await end()).length).toBeGreaterThan(0)
      ahead = 0
    })
  })

  describe('changes', () => {
    it('and once all is quiet, nothing', async () => {
      const hub = makeFollower(erp)
      await hub.sync('orders')
      const repeated = await pagesOf(erp, 'orders', hub.cursor('orders'))
      expect(repeated.length).toBeGreaterThan(0)
      ahead = 1
      await hub.sync('orders')
      expect(await pagesOf(erp, 'orders', hub.cursor('orders'))).toEqual([])
      const orderId = await entered('100042', ['00123', '1'])
      const news = await pagesOf(erp, 'orders', hub.cursor('orders'))
      expect(news.flatMap((page) => page.records.map((record) => record.erpId))).toEqual([orderId])
      ahead = 0
    })

    it('to the end, after a run that broke off in the midst of them', async () => {
      const hub = makeFollower(erp)
      await hub.sync('orders')
      const ids = [...(await all('orders')).keys()].slice(0, 5)
      for (const id of ids) await office.touchOrder(id)
      const [first] = await pagesOf(erp, 'orders', hub.cursor('orders'), { pageSize: 2 })
      const late = ids[0] as string
      await office.touchOrder(late)
      const rest = await pagesOf(erp, 'orders', first?.next ?? null, { pageSize: 2 })
      const next = await pagesOf(erp, 'orders', rest.at(-1)?.next ?? null)
      const told = (pages: typeof rest) => pages.flatMap((page) => page.records.map((record) => record.erpId))
      expect([...told([first as never]), ...told(rest)]).toEqual(expect.arrayContaining(ids))
      expect(told(next)).toContain(late)
    })

    it('of single customers, when only these are asked for', async () => {
      const pages = await pagesOf(erp, 'orders', null, { customerNumbers: ['100118'] })
      const records = [...outcomeOf(pages).values()]
      expect(records.length).toBeGreaterThan(0)
      expect(new Set(records.map((order) => order.customerNumber))).toEqual(new Set(['100118']))
    })
  })
})
