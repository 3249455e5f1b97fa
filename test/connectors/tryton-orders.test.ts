// Tryton: pushing, changing and cancelling orders that the connector confirms, against a real Tryton 6.0.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type {
  ErpAddress,
  ErpConnector,
  ErpOrder,
  ErpOrderDraft,
  ErpOrderDraftLine,
  ErpOrderReceipt,
  Exchange,
} from '../../connectors/connector.ts'
import { tryton } from '../../connectors/tryton/tryton.ts'
import { outcomeOf, pagesOf } from './following.ts'
import { type Desk, makeOffice, sitDown } from './tryton/office.ts'
import { haveTryton, startTryton, type TrytonServer, world } from './tryton/server.ts'
import { startWire, type Wire } from './tryton/wire.ts'

const today = new Date().toISOString().slice(0, 10)
let keys = 0
const newKey = () => `orders${process.pid}x${(keys++).toString(36)}`

const line = (itemNumber: string, changes: Partial<ErpOrderDraftLine> = {}): ErpOrderDraftLine => ({
  lineNumber: 1,
  itemNumber,
  description: '',
  quantity: '2',
  unitOfMeasure: 'BX',
  unitPrice: '10.50',
  priceUnit: '1',
  requestedDeliveryDate: null,
  comments: null,
  ...changes,
})
const pens = (changes: Partial<ErpOrderDraftLine> = {}) => line('00123', changes)
const coffee = (changes: Partial<ErpOrderDraftLine> = {}) =>
  line('CAFÉ-03', { lineNumber: 2, quantity: '1.5', unitOfMeasure: 'KGM', unitPrice: '14.20', ...changes })

const draft = (lines: ErpOrderDraftLine[], changes: Partial<ErpOrderDraft> = {}): ErpOrderDraft => ({
  customerNumber: '100042',
  purchaseOrderNumber: `PO-${keys}`,
  channel: 'punchout',
  orderDate: today,
  currency: 'EUR',
  requestedDeliveryDate: null,
  shipTo: null,
  contact: null,
  comments: null,
  shippingAmount: null,
  lines,
  ...changes,
})

describe.runIf(haveTryton())('Tryton takes orders', () => {
  let server: TrytonServer
  let wire: Wire
  let clerk: Desk
  let admin: Desk
  let office: ReturnType<typeof makeOffice>
  let erp: ErpConnector
  const open: ErpConnector[] = []
  const exchanges: Exchange[] = []

  beforeAll(async () => {
    server = await startTryton()
    wire = await startWire(server.url)
    clerk = await sitDown(server, 'clerk')
    admin = await sitDown(server, 'admin')
    office = makeOffice(clerk)
    erp = connect()
  })
  afterEach(() => {
    wire.weather = 'fair'
  })
  afterAll(async () => {
    await Promise.all(open.map((connection) => connection.close?.()))
    await wire?.close()
    await server?.remove()
  })

  function connect(changes: Record<string, unknown> = {}): ErpConnector {
    const settings = tryton.config.parse({ ...server.settings, url: wire.url, ...changes })
    const connection = tryton.connect(settings, { now: () => new Date(), onExchange: (e) => exchanges.push(e) })
    open.push(connection)
    return connection
  }
  const push = (order: ErpOrderDraft, key = newKey(), by = erp) =>
    by.pushOrder?.(order, key) as Promise<ErpOrderReceipt>
  const inStream = async ({ erpId }: { erpId: string }, by = erp) =>
    outcomeOf(await pagesOf(by, 'orders')).get(erpId) as ErpOrder
  const expectOnce = async (key: string) => expect(await office.countByOnceKey(key)).toBe(1)
  const expectRefused = async (call: Promise<unknown> | undefined, words: RegExp) =>
    expect(call).rejects.toMatchObject({ kind: 'refused', message: expect.stringMatching(words) })

  describe('once', () => {
    it('when twenty push it at once, over four connections', async () => {
      const workers = [connect(), connect(), connect(), connect()]
      const key = newKey()
      const order = draft([pens()])
      const receipts = await Promise.all(
        Array.from({ length: 20 }, (_, i) => push(order, key, workers[i % workers.length])),
      )
      expect(new Set(receipts.map((receipt) => receipt.erpId)).size).toBe(1)
      expect(receipts.filter((receipt) => receipt.created)).toHaveLength(1)
      await expectOnce(key)
      expect((await inStream(receipts[0] as ErpOrderReceipt)).state).toBe('open')
    })

    it.for(['create', 'quote', 'confirm'])(
      'when the answer to %s is lost, and it stands where it should',
      async (button) => {
        const key = newKey()
        const order = draft([pens()])
        wire.weather = { losesAnswerTo: `model.sale.sale.${button}` }
        await expect(push(order, key)).rejects.toMatchObject({ kind: 'unreachable' })
        wire.weather = 'fair'
        expect(await push(order, key)).toMatchObject({ created: false, state: 'open', netAmount: '21.00' })
        await expectOnce(key)
      },
    )

    it('when the server is killed while it works on it', async () => {
      const key = newKey()
      const order = draft([pens(), coffee()])
      wire.weather = { losesAnswerTo: 'model.sale.sale.quote' }
      const pushed = push(order, key)
      await expect(pushed).rejects.toMatchObject({ kind: 'unreachable' })
      const again = push(order, key)
      await server.kill()
      await expect(again).rejects.toMatchObject({ kind: 'unreachable' })
      await expect(push(order, key)).rejects.toMatchObject({ kind: 'unreachable' })
      wire.weather = 'fair'
      await server.start()
      // The session is in the database: it goes on where it was.
      expect(await push(order, key)).toMatchObject({ created: false, state: 'open', netAmount: '42.30' })
      await expectOnce(key)
    })

    it('by a key that its people see beside the number they look for', async () => {
      const key = newKey()
      const { erpId } = await push(draft([pens()], { purchaseOrderNumber: '4500012345', channel: 'edi' }), key)
      const sale = await office.read('sale.sale', Number(erpId), 'reference', 'description')
      expect(sale).toMatchObject({ reference: '4500012345', description: `hub edi ${key}` })
      expect(await inStream({ erpId })).toMatchObject({
        onceKey: key,
        channel: 'edi',
        purchaseOrderNumber: '4500012345',
      })
    })

    it('with a new session when the old one has ended', async () => {
      server.sql('DELETE FROM ir_session')
      expect(await push(draft([pens()]))).toMatchObject({ created: true })
      expect(exchanges.some((exchange) => exchange.status === 401)).toBe(true)
      clerk = await sitDown(server, 'clerk')
      admin = await sitDown(server, 'admin')
      office = makeOffice(clerk)
    })
  })

  describe('what is ordered', () => {
    it('is priced for as many units as the buyer was told, and pieces by any name are pieces', async () => {
      const staples = line('STPL-26-6', { quantity: '5000', unitOfMeasure: 'EA', unitPrice: '0.89', priceUnit: '1000' })
      const receipt = await push(draft([staples]))
      expect(receipt.netAmount).toBe('4.45')
      const order = await inStream(receipt)
      expect(order.lines[0]).toMatchObject({
        quantity: '5000',
        unitOfMeasure: 'C62',
        unitPrice: '0.00089',
        priceUnit: '1',
      })
    })

    it('is refused where Tryton would round the price', async () => {
      const cheap = line('STPL-26-6', {
        quantity: '1000000',
        unitOfMeasure: 'C62',
        unitPrice: '0.8912345',
        priceUnit: '1000',
      })
      await expectRefused(push(draft([cheap])), /more than the 6 decimals/)
    })

    it('may be in a unit of the same kind', async () => {
      const paper = line('00200', { quantity: '3', unitOfMeasure: 'CT', unitPrice: null })
      const order = await inStream(await push(draft([paper])))
      expect(order.lines[0]).toMatchObject({
        quantity: '3',
        unitOfMeasure: 'CT',
        unitPrice: '21.25',
        netAmount: '63.75',
      })
    })

    it('is refused in a unit of another kind, naming both', async () => {
      await expectRefused(push(draft([pens({ unitOfMeasure: 'KGM' })])), /00123 is kept in BX .*KGM/)
    })

    it("has the ERP's price for the quantity where none was given", async () => {
      const lines = [pens({ quantity: '12', unitPrice: null }), coffee({ unitPrice: null })]
      const order = await inStream(await push(draft(lines)))
      expect(order.lines.map((l) => l.unitPrice)).toEqual(['9.90', '14.20'])
    })

    it("has the customer's contract price and its tax rule", async () => {
      const chair = line('CHAIR-210', { unitOfMeasure: 'C62', unitPrice: null })
      const order = await inStream(await push(draft([chair], { customerNumber: '100077' })))
      expect(order).toMatchObject({ netAmount: '398.00', taxAmount: '0.00', totalAmount: '398.00' })
      const domestic = await inStream(await push(draft([pens(), coffee()])))
      expect(domestic).toMatchObject({ netAmount: '42.30', taxAmount: '6.33', totalAmount: '48.63' })
    })

    it('keeps what the buyer chose and said', async () => {
      const desk = line('DESK-SIT-STAND', {
        ...{ unitOfMeasure: 'C62', unitPrice: '511.50', description: 'Sit-stand desk, oak, 160 cm' },
        ...{ comments: 'Second floor', requestedDeliveryDate: '2031-05-06' },
      })
      const contact = { name: 'Anna Bakker', email: 'anna@almere.example' }
      const receipt = await push(draft([desk], { contact, comments: 'Ring twice.' }))
      expect((await inStream(receipt)).lines[0]?.description).toBe('Sit-stand desk, oak, 160 cm')
      const { comment, lines } = await office.read<{ comment: string; lines: number[] }>(
        'sale.sale',
        Number(receipt.erpId),
        ...['comment', 'lines'],
      )
      expect(comment).toBe('Ring twice.\nContact: Anna Bakker <anna@almere.example>')
      const saleLine = await office.read('sale.line', lines[0] as number, 'note')
      expect(saleLine).toMatchObject({ note: 'Second floor\nWanted on 2031-05-06' })
    })

    it('includes the freight that was quoted, and no other', async () => {
      const order = await inStream(await push(draft([pens()], { shippingAmount: '12.95' })))
      expect(order.lines.map((l) => [l.itemNumber, l.netAmount])).toEqual([
        ['00123', '21.00'],
        ['FREIGHT', '12.95'],
      ])
      const bare = connect({ freightItemNumber: undefined })
      const receipt = await push(draft([pens()], { shippingAmount: '12.95' }), newKey(), bare)
      expect(receipt).toMatchObject({ netAmount: '21.00', notes: [expect.stringMatching(/freight of 12.95/)] })
    })

    it('leaves nothing behind when it is refused', async () => {
      const before = (await office.idsOf('party.address')).length
      const shipTo = place({ street: ['Nergens 1'] })
      await expectRefused(push(draft([line('NO-SUCH')], { shipTo })), /NO-SUCH/)
      await expectRefused(push(draft([pens({ quantity: '1.5' })], { shipTo: null })), /\w+ \w+/)
      expect(await office.idsOf('party.address')).toHaveLength(before)
    })
  })

  const place = (changes: Partial<ErpAddress> = {}): ErpAddress => ({
    addressId: null,
    name: 'Zwembad, ingang west',
    street: ['Kade 12'],
    city: 'Almere',
    state: null,
    postalCode: '1315 XC',
    countryCode: 'NL',
    email: null,
    phone: null,
    ...changes,
  })

  describe('where it goes', () => {
    const goesTo = async (shipTo: ErpAddress) => (await inStream(await push(draft([pens()], { shipTo })))).shipTo

    it("is the customer's delivery address where none is named", async () => {
      expect((await inStream(await push(draft([pens()])))).shipTo).toMatchObject({ name: 'Town hall, goods in' })
    })

    it("is one of Tryton's by its id, or by the place itself", async () => {
      const shipTos = [...outcomeOf(await pagesOf(erp, 'shipTos')).values()]
      const library = shipTos.find((s) => s.address.name === 'Library')?.address as ErpAddress
      expect((await goesTo(place({ ...library })))?.addressId).toBe(library.addressId)
      const written = { ...library, addressId: '0815', street: ['stadhuisplein 101.'], postalCode: '1315XC' }
      expect((await goesTo(written))?.addressId).toBe(library.addressId)
      // A buyer's own id that looks like one of ours.
      const other = place({ addressId: library.addressId, city: 'Lelystad', postalCode: '8232 ZZ' })
      expect(await goesTo(other)).toMatchObject({ city: 'Lelystad', street: ['Kade 12'] })
    })

    it('is made once where Tryton has none, without becoming the one others go to', async () => {
      const [first, second] = [await goesTo(place()), await goesTo(place())]
      expect(first).toMatchObject({ name: 'Zwembad, ingang west', street: ['Kade 12'], countryCode: 'NL' })
      expect(second?.addressId).toBe(first?.addressId)
      expect((await inStream(await push(draft([pens()])))).shipTo).toMatchObject({ name: 'Town hall, goods in' })
    })

    it('is refused where the settings say so', async () => {
      const strict = connect({ unknownShipTo: 'refuse' })
      const shipTo = place({ street: ['Nergens 1'] })
      await expectRefused(push(draft([pens()], { shipTo }), newKey(), strict), /no address .*Nergens 1/)
      await expectRefused(
        push(draft([pens()], { shipTo: place({ street: [], city: null, postalCode: null }) })),
        /street and/,
      )
    })
  })

  describe('over the credit limit', () => {
    const much = (customerNumber = '100101') =>
      draft([line('TN-2420', { quantity: '3', unitOfMeasure: 'C62', unitPrice: '64.95' })], { customerNumber })

    it('is a blocked order, until its people let it pass', async () => {
      const key = newKey()
      const receipt = await push(much(), key)
      expect(receipt).toMatchObject({ state: 'blocked', notes: [expect.stringMatching(/credit.*100/i)] })
      expect((await inStream(receipt)).state).toBe('blocked')
      await office.changeCredit('100101', { limit: '1000.00' })
      expect(await push(much(), key)).toMatchObject({ created: false, state: 'open', notes: [] })
      await office.changeCredit('100101', { limit: '100.00' })
    })

    it('is refused in words where the settings say so, and nothing is left', async () => {
      const key = newKey()
      await expectRefused(push(much(), key, connect({ notConfirmed: 'refuse' })), /credit/i)
      expect(await office.countByOnceKey(key)).toBe(0)
    })

    it('asks a user who may say yes; the settings say whether', async () => {
      const group = await makeOffice(admin).idOf('ir.model.data', ['fs_id', '=', 'group_credit_limit'])
      const { db_id } = await makeOffice(admin).read<{ db_id: number }>('ir.model.data', group, 'db_id')
      const hub = await makeOffice(admin).idOf('res.user', ['login', '=', 'hub'])
      await admin.call('model.res.user.write', [hub], { groups: [['add', [db_id]]] })
      try {
        expect(await push(much())).toMatchObject({ state: 'blocked' })
        const yes = await push(much(), newKey(), connect({ warnings: 'accept' }))
        expect(yes).toMatchObject({ state: 'open', notes: [expect.stringMatching(/^Accepted in Tryton: .*credit/i)] })
      } finally {
        await admin.call('model.res.user.write', [hub], { groups: [['remove', [db_id]]] })
      }
    })
  })

  describe('while it is processed', () => {
    it('can be changed as long as nothing was picked: quantities, prices, lines taken away', async () => {
      const receipt = await push(draft([pens(), coffee()]))
      const changed = await erp.changeOrder?.(receipt, draft([pens({ quantity: '5', unitPrice: '10.00' })]))
      expect(changed).toMatchObject({ erpId: receipt.erpId, state: 'open', netAmount: '50.00' })
      const order = await inStream(receipt)
      expect(order.lines.map((l) => [l.itemNumber, l.quantity, l.rejectionReason])).toEqual([
        ['00123', '5', null],
        ['CAFÉ-03', '0', 'It was taken off the order.'],
      ])
      const { moves } = await office.read<{ moves: number[] }>('sale.sale', Number(receipt.erpId), 'moves')
      const quantities = await Promise.all(
        moves.map((id) => office.read<{ quantity: number }>('stock.move', id, 'quantity')),
      )
      expect(quantities.map((move) => move.quantity)).toEqual([5])
    })

    it('goes elsewhere when the buyer says so', async () => {
      const receipt = await push(draft([pens()]))
      await erp.changeOrder?.(
        receipt,
        draft([pens()], { shipTo: place({ name: 'Magazijn' }), purchaseOrderNumber: 'PO-NEW' }),
      )
      expect(await inStream(receipt)).toMatchObject({ purchaseOrderNumber: 'PO-NEW', shipTo: { name: 'Magazijn' } })
    })

    it('takes no more lines', async () => {
      const receipt = await push(draft([pens()]))
      await expectRefused(erp.changeOrder?.(receipt, draft([pens(), coffee()])), /can't be added/)
    })

    it('can be cancelled, once and again, with the reason beside it', async () => {
      const receipt = await push(draft([pens(), coffee()]))
      await erp.cancelOrder?.(receipt, 'ordered twice')
      await erp.cancelOrder?.(receipt, 'ordered twice')
      const order = await inStream(receipt)
      expect(order).toMatchObject({ state: 'cancelled', netAmount: '0.00' })
      const { comment, shipments } = await office.read<{ comment: string; shipments: number[] }>(
        'sale.sale',
        Number(receipt.erpId),
        ...['comment', 'shipments'],
      )
      expect(comment).toBe('Cancelled by the buyer: ordered twice')
      expect(shipments).toEqual([])
    })

    it('can be neither once it is on its way, and says which shipment', async () => {
      const receipt = await push(draft([pens()]))
      const { erpId: shipment } = await office.ship(receipt.erpId, { carrier: 'PostNL', tracking: '3SLATE' })
      const { number } = await office.read<{ number: string }>('stock.shipment.out', Number(shipment), 'number')
      await expectRefused(erp.cancelOrder?.(receipt, 'too late'), new RegExp(`shipment ${number} is done`))
      await expectRefused(erp.changeOrder?.(receipt, draft([pens({ quantity: '3' })])), /is on its way/)
    })

    it('can be neither once it is invoiced', async () => {
      const receipt = await push(draft([pens()]))
      await office.invoice(receipt.erpId)
      await expectRefused(erp.cancelOrder?.(receipt, 'too late'), /is invoiced/)
    })
  })

  describe('as a quotation', () => {
    it('can be changed and cancelled freely', async () => {
      const careful = connect({ confirmOrders: false })
      const receipt = await push(draft([pens()]), newKey(), careful)
      expect(receipt).toMatchObject({ state: 'draft' })
      const changed = await careful.changeOrder?.(receipt, draft([coffee(), pens({ quantity: '4' })]))
      expect(changed).toMatchObject({ state: 'draft', netAmount: '63.30' })
      await careful.cancelOrder?.(receipt, 'no need')
      expect(await inStream(receipt, careful)).toMatchObject({ state: 'cancelled' })
      await expectRefused(careful.changeOrder?.(receipt, draft([pens()])), /is cancelled in Tryton/)
    })
  })

  describe('the check', () => {
    it('names the rights that are missing, and what for', async () => {
      const hub = await makeOffice(admin).idOf('res.user', ['login', '=', 'hub'])
      const groups = await makeOffice(admin).idsOf('res.group', ['name', 'in', ['Procurement hub', 'Sale Amendment']])
      expect(groups).toHaveLength(2)
      await admin.call('model.res.user.write', [hub], { groups: [['remove', groups]] })
      try {
        const { ok, message, steps } = (await connect().check()) ?? {}
        expect(ok).toBe(false)
        expect(message).toMatch(/read on account\.move\.line \(to read open items and balances\)/)
        expect(message).toMatch(/the button validate_amendment of sale\.amendment/)
        expect(steps?.map((step) => step.ok)).toEqual([true, true, true, true, false])
      } finally {
        await admin.call('model.res.user.write', [hub], { groups: [['add', groups]] })
        // Tryton's processes keep rights in memory and hear of the change a little later.
        await expect.poll(async () => (await connect().check()).ok).toBe(true)
      }
    })

    it('says whom it is connected to', async () => {
      const { ok, steps } = await connect({ company: world.company.name }).check()
      expect(ok).toBe(true)
      expect(steps.map((step) => step.name)).toEqual(['Address', 'Login', 'Company', 'Modules', 'Rights'])
    })
  })
})
