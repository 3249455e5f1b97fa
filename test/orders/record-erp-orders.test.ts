// What ERPs say of orders: streams are read in any order, people copy and change orders in the ERP, several ERPs may number alike.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertAccount } from '../../src/accounts/account-store.ts'
import { openAccounts } from '../../src/accounts/open-accounts.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { findConnectionOf } from '../../src/erp/erp-connection-store.ts'
import { adoptRecords } from '../../src/invoices/adopt-records.ts'
import { api, postCxml, storeAuthorization } from '../support/buyer.ts'
import { addConnection, erpInvoice, erpOrder, erpShipment, type Origin, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderRequest } from '../support/purchase-order.ts'

let site: TestHub
let erp: Origin

beforeAll(async () => {
  site = await startTestHub({ demo: false })
  erp = await addConnection(site.hub, demoIds.seller)
})
afterAll(() => site?.close())

async function read(erpId: string, connectionId = erp.id) {
  const { id } = await site.hub.db('orders').where({ erp_id: erpId, connection_id: connectionId }).first('id')
  return (await api(site.url, 'GET', `/api/v1/orders/${id}`, undefined, storeAuthorization)).body
}

it('a shipment and an invoice that were read before their order are found with it all the same', async () => {
  const ofOrder = { orderErpId: 'LATE-1', orderLineErpId: '1' }
  const shipped = { erpLineId: '1', itemNumber: 'A4-80', description: null, quantity: '10', unitOfMeasure: 'EA' }
  await record(site.hub, erp, { shipments: [erpShipment({ lines: [{ ...shipped, ...ofOrder }] })] })
  await record(site.hub, erp, { invoices: [erpInvoice({ lines: [ofOrder] })] })
  await record(site.hub, erp, { orders: [erpOrder({ erpId: 'LATE-1' })] })
  const order = await read('LATE-1')
  expect(order.shipments).toMatchObject([{ lines: [{ orderId: order.id, orderLineNumber: 1 }] }])
  expect(order.invoices).toHaveLength(1)
})

it('what people change in the head of an order of the ERP’s own is changed here too', async () => {
  await record(site.hub, erp, { orders: [erpOrder({ erpId: 'HEAD-1', customerNumber: 'nobody' })] })
  const later = {
    purchaseOrderNumber: 'PO-HEAD-1',
    customerNumber: '100042',
    requestedDeliveryDate: '2026-02-01',
    currency: 'USD',
    projectCode: 'BRIDGE',
    contactName: 'Zoë',
    contactEmail: 'zoe@almere.example',
    changedAt: '2026-01-06T10:00:00Z',
  }
  await record(site.hub, erp, { orders: [erpOrder({ erpId: 'HEAD-1', ...later })] })
  expect(await read('HEAD-1')).toMatchObject({
    accountId: demoIds.account,
    customerNumber: '100042',
    poNumber: 'PO-HEAD-1',
    requestedDate: '2026-02-01',
    currency: 'USD',
    projectCode: 'BRIDGE',
    contactName: 'Zoë',
    contactEmail: 'zoe@almere.example',
  })
  const { body } = await api(site.url, 'GET', '/api/v1/orders?q=po-head', undefined, storeAuthorization)
  expect(body.items).toHaveLength(1)
})

it('a copy that people make in the ERP, once key and all, is an order of its own', async () => {
  const line = { quantity: '10', supplierPartId: 'A4-80', unitPrice: '4.50', unit: 'EA', description: 'Copy paper A4' }
  expect((await postCxml(site.url, orderRequest({ orderID: 'COPIED', lines: [line] }))).text).toContain('code="200"')
  const { db } = site.hub
  const [{ id, onceKey }] = await db('orders')
    .where({ po_number: 'COPIED' })
    .update({ connection_id: erp.id, state: 'received' })
    .returning(['id', 'once_key as onceKey'])
  await record(site.hub, erp, { orders: [erpOrder({ erpId: 'ORIGINAL', onceKey })] })
  const copy = erpOrder({ erpId: 'COPY', onceKey, state: 'draft', changedAt: '2026-01-06T10:00:00Z' })
  await record(site.hub, erp, { orders: [copy] })
  expect(await read('ORIGINAL')).toMatchObject({ id, state: 'accepted' })
  expect((await read('COPY')).id).not.toBe(id)
})

it('of two ERPs that give two customers one number each has its own account, and its own orders', async () => {
  const { hub } = site
  const other = await addConnection(hub, demoIds.seller, 'Second ERP')
  await record(hub, erp, { orders: [erpOrder({ erpId: 'ONE', customerNumber: 'C-1' })] })
  await record(hub, other, { orders: [erpOrder({ erpId: 'TWO', customerNumber: 'C-1' })] })
  const customer = (name: string) => [{ customerNumber: 'C-1', name }]
  const open = async (origin: Origin, name: string) => {
    const accounts = await openAccounts(hub.db, origin, customer(name), stampOf(hub))
    await adoptRecords(hub.db, origin, accounts)
    return accounts.get('C-1') ?? ''
  }
  const first = await open(erp, 'First')
  const second = await open(other, 'Second')
  expect((await read('ONE')).accountId).toBe(first)
  expect((await read('TWO', other.id)).accountId).toBe(second)
  expect(second).not.toBe(first)
})

it('a department’s orders go to the ERP of the company above it, which numbers it too', async () => {
  const { hub } = site
  const other = await addConnection(hub, demoIds.seller, 'Third ERP')
  const [companyId, departmentId] = [hub.newId(), hub.newId()]
  const account = { sellerId: demoIds.seller, kind: 'company', name: 'Far away' } as const
  const company = { ...account, id: companyId, parentId: null, customerNumber: 'C-3', erpConnectionId: other.id }
  await insertAccount(hub.db, company, hub.now())
  await insertAccount(hub.db, { ...account, id: departmentId, parentId: companyId, customerNumber: null }, hub.now())
  expect((await findConnectionOf(hub.db, demoIds.seller, departmentId))?.id).toBe(other.id)
  expect((await findConnectionOf(hub.db, demoIds.seller, demoIds.account))?.id).toBe(demoIds.erpConnection)
})
