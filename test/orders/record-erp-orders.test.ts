// What ERPs say of orders: streams are read in any order, people copy and change orders in the ERP, several ERPs may number alike.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { api, storeAuthorization } from '../support/buyer.ts'
import { addConnection, erpInvoice, erpOrder, erpShipment, type Origin, record } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

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
