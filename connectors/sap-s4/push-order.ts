// Making, changing and cancelling orders in SAP. An order carries the hub's once key and is looked for by it before it is made:
// an answer that got lost does not make a second order.
import type { ErpOrderDraft, ErpOrderReceipt, ErpOrderRef } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { api } from './api-names.ts'
import { isShipTo } from './customers.ts'
import type { ODataV2 } from './odata-v2.ts'
import { cancelChanges, changeExpand, isCancelled, orderChanges } from './order-changes.ts'
import { addressBody, type DraftContext, orderBody, type ShipToChoice } from './order-draft.ts'
import { blocksOf, headerSelect, ONCE_KEY_FIELD, onceKeyReference, orderState } from './orders.ts'
import type { S4Settings } from './settings.ts'
import type { Units } from './units.ts'
import { decimalOf, type Row, stringLiteral, textOf } from './v2-values.ts'

export interface OrderWriter {
  push(draft: ErpOrderDraft, onceKey: string, signal?: AbortSignal): Promise<ErpOrderReceipt>
  change(ref: ErpOrderRef, draft: ErpOrderDraft, signal?: AbortSignal): Promise<ErpOrderReceipt>
  cancel(ref: ErpOrderRef, signal?: AbortSignal): Promise<void>
}

/** How often a change is tried anew on an order that somebody else has just changed. */
const CHANGE_ATTEMPTS = 2

export function makeOrderWriter(odata: ODataV2, settings: S4Settings, units: Units): OrderWriter {
  /** Pushes under way by once key: two at the same time would both find nothing. */
  const underWay = new Map<string, Promise<ErpOrderReceipt>>()

  async function findOrMake(draft: ErpOrderDraft, onceKey: string, signal?: AbortSignal): Promise<ErpOrderReceipt> {
    const filter = `${ONCE_KEY_FIELD} eq ${stringLiteral(onceKeyReference(onceKey))}`
    const query = { filter, select: headerSelect.join(','), orderby: 'SalesOrder', top: 1 }
    const [known] = await odata.list(api.salesOrders, 'A_SalesOrder', query, signal)
    if (known) return receiptOf(known, false, [])
    const context = await contextOf(draft, signal)
    const body = orderBody(draft, onceKey, context)
    const { row, messages } = await odata.create(api.salesOrders, 'A_SalesOrder', body, signal)
    // The answer to a create is incomplete: statuses and sums come with the update that follows it.
    return receiptOf(await readOrder(idOf(row), signal), true, [...messages, ...context.notes])
  }

  async function contextOf(draft: ErpOrderDraft, signal?: AbortSignal): Promise<DraftContext> {
    const context: DraftContext = { settings, units, notes: [] }
    return { ...context, shipTo: await shipToOf(draft, context, signal) }
  }

  /** The address id may be SAP's ship-to party or the buyer's own name of the address; only the first is known to SAP. */
  async function shipToOf(
    { shipTo, customerNumber }: ErpOrderDraft,
    context: DraftContext,
    signal?: AbortSignal,
  ): Promise<ShipToChoice | undefined> {
    if (!shipTo) return undefined
    const id = shipTo.addressId
    if (id !== null && /^[A-Za-z0-9]{1,10}$/.test(id) && (await isShipTo(odata, settings, customerNumber, id, signal)))
      return { customer: id }
    if (shipTo.city !== null || shipTo.street.length > 0) return { address: addressBody(shipTo, context) }
    if (id !== null && id !== customerNumber)
      context.notes.push(`SAP knows no ship-to party ${id} of customer ${customerNumber}: it chose the address itself.`)
    return undefined
  }

  function readOrder(id: string, signal?: AbortSignal): Promise<Row> {
    const path = `A_SalesOrder(${stringLiteral(id)})`
    return odata.read(api.salesOrders, path, { select: headerSelect.join(',') }, signal)
  }

  function readToChange(id: string, signal?: AbortSignal): Promise<Row> {
    return odata.read(api.salesOrders, `A_SalesOrder(${stringLiteral(id)})`, { expand: changeExpand }, signal)
  }

  function changedMeanwhile(id: string): ErpError {
    const message = `Order ${id} is being changed by somebody else in SAP; it is tried again later.`
    return new ErpError('throttled', message, { retryAfter: 60 })
  }

  return {
    async push(draft, onceKey, signal) {
      const before = underWay.get(onceKey)
      if (before) return { ...(await before), created: false }
      const push = findOrMake(draft, onceKey, signal).finally(() => underWay.delete(onceKey))
      underWay.set(onceKey, push)
      return push
    },

    async change({ erpId }, draft, signal) {
      const context = await contextOf(draft, signal)
      for (let attempt = 0; attempt < CHANGE_ATTEMPTS; attempt++) {
        const operations = orderChanges(await readToChange(erpId, signal), draft, context)
        if (await odata.change(api.salesOrders, `changes of order ${erpId}`, operations, signal))
          return receiptOf(await readOrder(erpId, signal), false, context.notes)
      }
      throw changedMeanwhile(erpId)
    },

    async cancel({ erpId }, signal) {
      for (let attempt = 0; attempt < CHANGE_ATTEMPTS; attempt++) {
        const order = await readToChange(erpId, signal)
        if (isCancelled(order)) return
        const operations = cancelChanges(order, settings.rejectionReason)
        if (await odata.change(api.salesOrders, `cancellation of order ${erpId}`, operations, signal)) return
      }
      throw changedMeanwhile(erpId)
    },
  }
}

function idOf(row: Row): string {
  const id = textOf(row, 'SalesOrder')
  if (id) return id
  throw new ErpError('unintelligible', 'POST A_SalesOrder: SAP made an order and does not say its number.')
}

function receiptOf(order: Row, created: boolean, notes: string[]): ErpOrderReceipt {
  const id = textOf(order, 'SalesOrder') ?? ''
  return {
    erpId: id,
    number: id,
    created,
    state: orderState(order),
    netAmount: decimalOf(order, 'TotalNetAmount'),
    notes: [...new Set([...notes, ...blocksOf(order)])],
  }
}
