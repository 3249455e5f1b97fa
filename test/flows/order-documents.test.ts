// What buyers' systems send from the order on, over HTTP with the ERP in memory: changes, cancellations, blanket orders, attachments, the
// mailbox, status updates; and what holds an order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { decode } from '../../protocols/cxml/document.ts'
import { nestedDocument } from '../../protocols/cxml/get-pending.ts'
import { writeMultipart } from '../../protocols/cxml/multipart.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { adminAuthorization, api, pens, postCxml, punchIn, setupRequest, takeBack } from '../support/buyer.ts'
import { until } from '../support/buyer-endpoint.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { type OrderedLine, type OrderOptions, orderedLines, orderRequest } from '../support/purchase-order.ts'

let hub: TestHub
const erp = memoryErp({ name: 'order-documents' }, () => new Date())
const admin = (method: string, path: string, body?: unknown) => api(hub.url, method, path, body, adminAuthorization)

async function setOutgoing(outgoing: Record<string, unknown>) {
  const { body: partner } = await admin('GET', `/api/v1/partners/${demoIds.cxmlPartner}`)
  const settings = { ...partner.settings, outgoing: { ...partner.settings.outgoing, ...outgoing } }
  await admin('PATCH', `/api/v1/partners/${partner.id}`, { settings, version: partner.version })
}

beforeAll(async () => {
  hub = await startTestHub({ jobs: true, erp: { name: 'order-documents' } })
  await setOutgoing({ way: 'mailbox' })
})
afterAll(() => hub?.close())

let shopped: OrderedLine[] | undefined
/** The lines of a cart of pens that was brought back once for all these tests. */
async function cartLines(): Promise<OrderedLine[]> {
  if (shopped) return shopped
  const { session } = await punchIn(hub.url)
  const cart = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines: [pens] })
  shopped = orderedLines((await takeBack(cart.body.continueUrl)).order)
  return shopped
}

async function send(options: Partial<OrderOptions> & { orderID: string }, change: Partial<OrderedLine> = {}) {
  const lines = options.lines ?? (await cartLines()).map((l) => ({ ...l, ...change }))
  return postCxml(hub.url, orderRequest({ ...options, lines }))
}

const row = (poNumber: string) => hub.hub.db('orders').where({ po_number: poNumber }).first()
const events = async (id: string) => hub.hub.db('order_events').where({ order_id: id }).orderBy('id').pluck('kind')
const inErp = (poNumber: string) =>
  until(`${poNumber} to reach the ERP`, async () => {
    const order = await row(poNumber)
    return order?.erp_id ? order : undefined
  })

async function creditToBe(blocked: boolean): Promise<void> {
  await admin('POST', `/api/v1/connections/${demoIds.erpConnection}/sync`, { streams: ['creditLimits'] })
  await until(`the credit to be ${blocked ? 'blocked' : 'free'}`, async () => {
    const standing = await hub.hub.db('credit_standings').where({ customer_number: '100042' }).first('blocked')
    return standing?.blocked === blocked || undefined
  })
}

function pendingRequest(attributes = '', kinds: string[] = []): string {
  const types = kinds.map((k) => `<MessageType>${k}</MessageType>`).join('')
  return setupRequest().replace(
    /<PunchOutSetupRequest[\s\S]*<\/PunchOutSetupRequest>/,
    `<GetPendingRequest${attributes}>${types || '<MessageType>ConfirmationRequest</MessageType>'}</GetPendingRequest>`,
  )
}

describe('an order changed or cancelled by its buyer', () => {
  it('is changed in the ERP by type="update", and cancelled there by type="delete"', async () => {
    await send({ orderID: 'PO-change' })
    const { erp_id: erpId } = await inErp('PO-change')
    expect((await send({ orderID: 'PO-change', type: 'update', version: '2' }, { quantity: '5' })).status.code).toBe(
      '200',
    )
    await until('the ERP to have five', () => erp.record('orders', erpId)?.lines[0]?.quantity === '5' || undefined)
    expect((await send({ orderID: 'PO-change', type: 'delete', version: '3' })).status.code).toBe('200')
    await until('the ERP to cancel it', () => erp.record('orders', erpId)?.state === 'cancelled' || undefined)
    const order = await until('the hub to say so', async () => {
      const found = await row('PO-change')
      return found.state === 'cancelled' ? found : undefined
    })
    expect(await events(order.id)).toEqual(
      expect.arrayContaining(['received', 'pushed', 'changed', 'change-pushed', 'cancel-asked', 'cancelled']),
    )
  })

  it('that the ERP can no longer change is a hold with the ERP’s words, and nothing is lost', async () => {
    await send({ orderID: 'PO-late' })
    const { erp_id: erpId } = await inErp('PO-late')
    erp.ship(erpId)
    await send({ orderID: 'PO-late', type: 'update', version: '2' }, { quantity: '9' })
    const order = await until('the refusal to show', async () => {
      const found = await row('PO-late')
      return found.holds.length > 0 ? found : undefined
    })
    expect(order.holds[0]).toMatchObject({ reason: 'change-refused' })
    expect(await events(order.id)).toContain('change-refused')
  })

  it('is answered, when there is nothing to cancel, with a sentence', async () => {
    const { status } = await send({ orderID: 'PO-none', type: 'delete' })
    expect(status).toMatchObject({ code: '400', message: 'There is no order PO-none of yours here to cancel.' })
  })
})

describe('the same order twice', () => {
  it('is one order under another payloadID, and a conflict with other content', async () => {
    await send({ orderID: 'PO-twice' })
    const again = await send({ orderID: 'PO-twice' })
    expect(again.status.code).toBe('200')
    const other = await send({ orderID: 'PO-twice' }, { quantity: '77' })
    expect(other.status.code).toBe('409')
    const order = await inErp('PO-twice')
    expect(erp.countByOnceKey(order.once_key)).toBe(1)
    expect(await events(order.id)).toContain('repeated')
  })
})

describe('what holds an order', () => {
  it('a price that is not the cart’s: compared, counted, held, and released by a person', async () => {
    await send({ orderID: 'PO-price' }, { unitPrice: '9.99', description: 'Pens' })
    const order = await row('PO-price')
    expect(order.state).toBe('held')
    expect(order.holds).toEqual([
      { reason: 'difference', message: 'Line 1: the price was 10.50 in the cart, is 9.99 in the order.' },
    ])
    const shown = await admin('GET', `/api/v1/orders/${order.id}`)
    expect(shown.body.differences).toEqual(
      expect.arrayContaining([
        { lineNumber: 1, field: 'unitPrice', cartValue: '10.50', orderValue: '9.99' },
        { lineNumber: 1, field: 'description', cartValue: 'Ballpoint pens, blue, box of 50', orderValue: 'Pens' },
      ]),
    )
    const counted = await admin('GET', `/api/v1/partners/${demoIds.cxmlPartner}/differences`)
    expect(JSON.stringify(counted.body)).toContain('unitPrice')
    expect((await admin('POST', `/api/v1/orders/${order.id}/release`, { note: 'agreed' })).status).toBeLessThan(300)
    await inErp('PO-price')
  })

  it('a test order, a blocked customer', async () => {
    await send({ orderID: 'PO-test', deploymentMode: 'test' })
    expect((await row('PO-test')).holds[0].reason).toBe('test')
    erp.block('100042', 'reminder level 3')
    await creditToBe(true)
    await send({ orderID: 'PO-blocked' })
    expect((await row('PO-blocked')).holds).toEqual([
      { reason: 'credit', message: 'The ERP blocks this customer: reminder level 3.' },
    ])
    erp.block('100042', null)
    await creditToBe(false)
  })

  it('never a blanket order: it is kept, and its releases go to the ERP', async () => {
    const blanket = orderRequest({ orderID: 'BO-1', orderType: 'blanket', lines: await cartLines() }).replace(
      'orderType="blanket"',
      'orderType="blanket" effectiveDate="2026-01-01T00:00:00+01:00" expirationDate="2026-12-31T00:00:00+01:00" releaseRequired="yes"',
    )
    expect((await postCxml(hub.url, blanket)).status.code).toBe('200')
    const order = await row('BO-1')
    expect(order).toMatchObject({ kind: 'blanket', state: 'accepted', erp_id: null })
  })
})

describe('an order with attachments', () => {
  it('comes as multipart/related and is kept byte for byte', async () => {
    const xml = orderRequest({ orderID: 'PO-mime', lines: await cartLines() }).replace(
      'Please deliver before noon.',
      'See the drawing.<Attachment><URL>cid:drawing@buyer.example</URL></Attachment>',
    )
    const drawing = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) % 256)
    const { bytes, contentType } = writeMultipart(
      {
        root: { contentId: 'order@buyer.example', contentType: 'text/xml', charset: 'UTF-8', bytes: Buffer.from(xml) },
        parts: [
          {
            contentId: 'drawing@buyer.example',
            contentType: 'application/pdf',
            fileName: 'drawing.pdf',
            bytes: drawing,
          },
        ],
      },
      'part-of-the-order',
    )
    const answer = await postCxml(hub.url, bytes, contentType)
    expect(answer.status.code).toBe('200')
    const order = await row('PO-mime')
    expect(order.details.attachments).toEqual([
      { contentId: 'drawing@buyer.example', fileName: 'drawing.pdf', contentType: 'application/pdf', size: 3000 },
    ])
    const content = await fetch(`${hub.url}/api/v1/documents/${order.document_id}/content`, {
      headers: { Authorization: adminAuthorization },
    })
    expect(await content.text()).toContain('drawing.pdf')
    const file = await fetch(`${hub.url}/api/v1/orders/${order.id}/attachments/1`, {
      headers: { Authorization: adminAuthorization },
    })
    expect(file.headers.get('content-disposition')).toContain('drawing.pdf')
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(drawing)
    expect((await admin('GET', `/api/v1/orders/${order.id}/attachments/2`)).status).toBe(404)
  })
})

describe('the mailbox of a buyer that can’t be posted to', () => {
  it('hands a document out until the buyer says that it arrived', async () => {
    await send({ orderID: 'PO-mail' })
    const { erp_id: erpId, id } = await inErp('PO-mail')
    erp.confirm(erpId)
    await admin('POST', `/api/v1/connections/${demoIds.erpConnection}/sync`, { streams: ['orders'] })
    await until('the confirmation to be written', () => hub.hub.db('deliveries').where({ order_id: id }).first('id'))
    const empty = async (attributes = '') => {
      const { text } = await postCxml(hub.url, pendingRequest(attributes))
      const document = decode(Buffer.from(text))
      if (document.kind !== 'Response' || (document.content && document.content.type !== 'GetPendingResponse'))
        throw new Error(`no GetPendingResponse: ${text}`)
      return (document.content?.documents ?? []).map((d) => decode(nestedDocument(d)))
    }
    const first = await empty()
    const again = await empty()
    expect(first.map((d) => d.payloadID)).toEqual(again.map((d) => d.payloadID))
    const mine = first.find(
      (d) => d.content?.type === 'ConfirmationRequest' && d.content.orderReference.orderID === 'PO-mail',
    )
    expect(mine).toBeDefined()
    const after = await empty(` lastReceivedTimestamp="${first.at(-1)?.timestamp}"`)
    expect(after).toEqual([])
    expect(await hub.hub.db('deliveries').where({ order_id: id }).first('state')).toEqual({ state: 'delivered' })

    const update = setupRequest().replace(
      /<PunchOutSetupRequest[\s\S]*<\/PunchOutSetupRequest>/,
      `<StatusUpdateRequest><DocumentReference payloadID="${mine?.payloadID}"/><Status code="200" text="OK" xml:lang="en">Accepted by SAP</Status></StatusUpdateRequest>`,
    )
    expect((await postCxml(hub.url, update)).status.code).toBe('200')
    const { buyer_status: said } = await hub.hub.db('deliveries').where({ order_id: id }).first('buyer_status')
    expect(said).toContain('Accepted by SAP')
    expect(await events(id)).toContain('buyer-status')
  })
})

describe('the profile', () => {
  it('names what the hub takes', async () => {
    const profile = setupRequest().replace(/<PunchOutSetupRequest[\s\S]*<\/PunchOutSetupRequest>/, '<ProfileRequest/>')
    const { text } = await postCxml(hub.url, profile)
    for (const name of ['PunchOutSetupRequest', 'OrderRequest', 'StatusUpdateRequest', 'GetPendingRequest'])
      expect(text).toContain(`requestName="${name}"`)
  })
})
