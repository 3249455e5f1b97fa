// The memory ERP's goods issue: shipments of orders, in parts, with parcels and tracking.
import type { ErpOrder, ErpShipment, ErpShipmentLine } from '../connector.ts'
import { add, compare, subtract } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import { need, putOrder, type Transaction } from './ledger.ts'
import { FREIGHT, stateOf } from './sales.ts'

export interface Shipping {
  /** Absent = all that is left. */
  lines?: { lineNumber: number; quantity: string }[]
  carrier?: string
  scac?: string
  /** One parcel each. */
  tracking?: string | string[]
}

/** Ships. Throws ErpError `refused` when the order is blocked or cancelled, or has less left than is asked for. */
export function shipOrder(tx: Transaction, erpId: string, shipping: Shipping): ErpShipment {
  const order = need(tx, 'orders', erpId, 'order')
  if (!['open', 'shipping'].includes(order.state))
    throw new ErpError('refused', `Order ${order.number} can't be shipped: it is ${order.state}.`)
  const { erpId: shipmentId, number } = tx.nextId('shipments', 'DN')
  const quantities = new Map(order.lines.map((line) => [line.lineNumber, quantityOf(order, line.lineNumber, shipping)]))
  const lines = order.lines.flatMap((line): ErpShipmentLine[] => {
    const quantity = quantities.get(line.lineNumber) ?? '0'
    if (compare(quantity, '0') === 0 || line.itemNumber === FREIGHT) return []
    return [
      {
        erpLineId: `${shipmentId}-${line.lineNumber}`,
        orderErpId: erpId,
        orderLineErpId: line.erpLineId,
        itemNumber: line.itemNumber,
        description: line.description,
        quantity,
        unitOfMeasure: line.unitOfMeasure,
      },
    ]
  })
  if (lines.length === 0) throw new ErpError('refused', `Order ${order.number} has nothing to ship.`)
  const shipment = composeShipment(tx, order, shipmentId, number, lines, shipping)
  tx.put('shipments', shipmentId, shipment)
  const shipped = order.lines.map((line) => ({
    ...line,
    shippedQuantity: add(line.shippedQuantity ?? '0', quantities.get(line.lineNumber) ?? '0'),
  }))
  const after: ErpOrder = { ...order, lines: shipped, changedAt: tx.at }
  putOrder(tx, erpId, { ...after, state: stateOf(after) })
  return shipment
}

export function deliver(tx: Transaction, erpId: string): void {
  const shipment = need(tx, 'shipments', erpId, 'shipment')
  tx.put('shipments', erpId, { ...shipment, state: 'delivered', deliveredAt: tx.at, changedAt: tx.at })
}

function quantityOf(order: ErpOrder, lineNumber: number, { lines }: Shipping): string {
  const line = order.lines.find((l) => l.lineNumber === lineNumber)
  if (!line || line.rejectionReason !== null) return '0'
  const left = subtract(line.quantity, line.shippedQuantity ?? '0')
  if (!lines || line.itemNumber === FREIGHT) return left
  const wanted = lines.find((l) => l.lineNumber === lineNumber)?.quantity ?? '0'
  if (compare(wanted, left) > 0)
    throw new ErpError('refused', `Line ${lineNumber} of ${order.number}: ${left} is left, ${wanted} can't be shipped.`)
  return wanted
}

function composeShipment(
  tx: Transaction,
  order: ErpOrder,
  erpId: string,
  number: string,
  lines: ErpShipmentLine[],
  { carrier = 'PostNL', scac, tracking = `3S${number.replace(/\D/g, '').padStart(10, '0')}` }: Shipping,
): ErpShipment {
  const trackingNumbers = [tracking].flat()
  const parcels = trackingNumbers.map((trackingNumber, i) => ({
    number: `${number}-${i + 1}`,
    trackingNumber,
    weight: null,
    lines: lines
      .filter((_, n) => n % trackingNumbers.length === i)
      .map(({ erpLineId, quantity }) => ({ erpLineId, quantity })),
  }))
  return {
    erpId,
    number,
    customerNumber: order.customerNumber,
    state: 'shipped',
    shippedAt: tx.at,
    deliveredAt: null,
    carrierName: carrier,
    carrierScac: scac ?? null,
    trackingNumbers,
    parcels,
    shipTo: order.shipTo,
    lines,
    changedAt: tx.at,
  }
}
