// GET /api/v1/documents/:id/content: what came over the wire, without its secrets.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminAuthorization, postCxml } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderRequest } from '../support/purchase-order.ts'

let site: TestHub
beforeAll(async () => {
  site = await startTestHub({ demo: false })
})
afterAll(() => site?.close())

it('shows no secret of a document that came in base64', async () => {
  const line = { quantity: '1', supplierPartId: 'A4-80', unitPrice: '4.50', unit: 'EA', description: 'Copy paper A4' }
  const order = Buffer.from(orderRequest({ orderID: 'IN-BASE64', lines: [line] })).toString('base64')
  const body = [
    '--b\r\nContent-Type: text/xml\r\nContent-Transfer-Encoding: base64\r\n',
    `${order.replace(/.{76}/g, '$&\r\n')}\r\n--b--\r\n`,
  ].join('\r\n')
  const answer = await postCxml(site.url, body, 'multipart/related; boundary="b"; type="text/xml"')
  expect(answer.status.code).toBe('200')
  const { document_id } = await site.hub.db('orders').where({ po_number: 'IN-BASE64' }).first('document_id')
  const content = await fetch(`${site.url}/api/v1/documents/${document_id}/content`, {
    headers: { Authorization: adminAuthorization },
  })
  expect(await content.text()).toContain('<SharedSecret>[blanked]</SharedSecret>')
})
