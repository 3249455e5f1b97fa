// What a buyer's system can do to the documents that tell of its order: it is away, it refuses. What it gets, it gets in order.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { adminAuthorization, api, postCxml } from '../support/buyer.ts'
import { type BuyerEndpoint, startBuyerEndpoint, until } from '../support/buyer-endpoint.ts'
import { orderIs, pensOrder } from '../support/fault-site.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let buyer: BuyerEndpoint
const erp = memoryErp({ name: 'delivery-faults' }, () => new Date())

beforeAll(async () => {
  erp.setCreditLimit('100042', null)
  buyer = await startBuyerEndpoint()
  hub = await startTestHub({ jobs: true, erp: { name: 'delivery-faults' } })
  const path = `/api/v1/partners/${demoIds.cxmlPartner}`
  const { body: partner } = await api(hub.url, 'GET', path, undefined, adminAuthorization)
  const settings = { ...partner.settings, outgoing: { way: 'post', url: buyer.url } }
  await api(hub.url, 'PATCH', path, { settings, version: partner.version }, adminAuthorization)
})
afterAll(async () => {
  await hub?.close()
  await buyer?.close()
})

const deliveries = (orderId: string) => hub.hub.db('deliveries').where({ order_id: orderId }).orderBy('id')

/** Brings an order into the ERP. */
async function ordered(poNumber: string) {
  expect((await postCxml(hub.url, pensOrder(poNumber))).status.code).toBe('200')
  return orderIs(hub.hub.db, poNumber, 'accepted')
}

/** Has the ERP promise the order for a day, and waits until there is a document that tells so. */
async function promised(order: { id: string; erp_id: string }, day: string): Promise<void> {
  const before = (await deliveries(order.id)).length
  erp.confirm(order.erp_id, day)
  await until('the document', async () => (await deliveries(order.id)).length > before || undefined)
}

const confirmations = (poNumber: string) =>
  buyer.accepted.flatMap(({ document }) => {
    const { content } = document
    return content?.type === 'ConfirmationRequest' && content.orderReference.orderID === poNumber
      ? [{ payloadID: document.payloadID, header: content.header }]
      : []
  })

it('hears of an order in the order it was told, though the first document did not get through', async () => {
  const order = await ordered('PO-IN-ORDER')
  buyer.failNext('html-500', 'status-560')
  await promised(order, '2026-02-02')
  await promised(order, '2026-02-09')
  await until('both to arrive', () => confirmations('PO-IN-ORDER').length === 2 || undefined)
  const [first, second] = confirmations('PO-IN-ORDER')
  expect(first?.header).toMatchObject({ operation: 'new', version: '1' })
  expect(second?.header).toMatchObject({
    operation: 'update',
    version: '2',
    documentReference: { payloadID: first?.payloadID },
  })
  const runs = await hub.hub.db('job_runs').where({ job: 'deliver-document' })
  expect(runs.map((run) => run.state)).toEqual(['done', 'done'])
})

it('hears the next although it refused one, which is a dead letter with its words', async () => {
  const order = await ordered('PO-REFUSES')
  buyer.failNext('status-400')
  await promised(order, '2026-02-02')
  await until('the refusal', async () => (await deliveries(order.id))[0]?.state === 'refused' || undefined)
  await promised(order, '2026-02-09')
  await until('the next', () => confirmations('PO-REFUSES').length === 1 || undefined)
  expect((await deliveries(order.id)).map((d) => [d.state, d.status_code])).toEqual([
    ['refused', 400],
    ['delivered', 200],
  ])
  const [dead] = await hub.hub.db('job_runs').where({ state: 'dead' })
  expect(dead).toMatchObject({ job: 'deliver-document', error_kind: 'refused' })
  expect(dead.error).toContain('Not today.')
})
