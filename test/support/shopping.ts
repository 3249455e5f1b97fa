// A cart shopped, brought back and ordered over /cxml, as far as the hub has the order; for tests of what comes after.
import { api, pens, postCxml, punchIn, takeBack } from './buyer.ts'
import type { TestHub } from './hub.ts'
import { type OrderedLine, orderedLines, orderRequest } from './purchase-order.ts'

/** Orders pens out of a cart, each line as `change` makes it. Returns the hub's id of the order. */
export async function orderPens(
  hub: TestHub,
  orderID: string,
  change: (line: OrderedLine) => OrderedLine = (line) => line,
  options: { deploymentMode?: string } = {},
): Promise<string> {
  const { session } = await punchIn(hub.url)
  const cart = await api(hub.url, 'POST', `/api/v1/punchout/sessions/${session.id}/cart`, { lines: [pens] })
  const { order } = await takeBack(cart.body.continueUrl)
  const lines = orderedLines(order).map(change)
  const { status, text } = await postCxml(hub.url, orderRequest({ orderID, lines, ...options }))
  if (status.code !== '200') throw new Error(`the order was refused: ${text}`)
  const row = await hub.hub.db('orders').where({ po_number: orderID }).first('id')
  if (!row) throw new Error(`no order ${orderID} in: ${text}`)
  return row.id
}
