// Shipment -> ShipNoticeRequest (cXML Reference Guide, "ShipNoticeRequest"; Fulfill.dtd). Pure.
//
// One ShipControl with every tracking number: several would say that carriers take over from one another. No ServiceLevel: no ERP
// names one, and `Ground` would be invented.
import type { CarrierIdentifier } from '../../protocols/cxml/carriage.ts'
import type { CxmlRequest } from '../../protocols/cxml/envelope.ts'
import type { Packaging } from '../../protocols/cxml/packaging.ts'
import type {
  ShipControl,
  ShipNoticeItem,
  ShipNoticePortion,
  ShipNoticeRequest,
} from '../../protocols/cxml/ship-notice-request.ts'
import type { Address } from '../cart.ts'
import type { NextTelling } from '../documents/next-telling.ts'
import { addDecimals, compareDecimals } from '../money.ts'
import type { Order, OrderLine } from '../orders/order.ts'
import type { OrderWithLines } from '../orders/orders-with-lines.ts'
import type { Shipped } from '../shipments/lock-shipped.ts'
import type { Parcel, Shipment, ShipmentLine } from '../shipments/shipment.ts'
import { toContact } from './cxml-contact.ts'
import { noonOf, orderReferenceOf, type Reply, timeOf, toRequest } from './cxml-reply.ts'
import { inOrderUnit, orderLineOf, samePart } from './order-line.ts'
import { plainDecimal } from './plain-decimal.ts'
import { printable } from './printable.ts'

/** What a buyer's system is told of a shipment, in the house's words: what a notice says, and what two of them differ in. */
export interface Notice {
  /** ISO 8601; null = the ERP doesn't say when. */
  shippedAt: string | null
  /** The last of its lines is expected then: 2026-01-31. Its arrival itself is no news: the buyer has the goods. */
  expected: string | null
  carrier: { name: string | null; scac: string | null }
  trackingNumbers: string[]
  shipTo: Address | null
  portions: { orderId: string; items: NoticeItem[] }[]
}

export interface NoticeItem {
  lineNumber: number
  /** In the order's unit, or in `unit` where that can't be said exactly. */
  quantity: string
  unit: string
  /** Our part number, where another article was shipped than ordered. */
  substitute: { supplierPartId: string; description: string | null } | null
  parcels: NoticeParcel[]
}

export interface NoticeParcel {
  number: string
  trackingNumber: string | null
  /** Kilograms; null also where other lines are in it. */
  weight: string | null
  /** Of the line, in this parcel. */
  quantity: string
}

/**
 * What is to be told of a shipment to the partner whose `orders` these are; null = nothing: not gone yet, gone from the ERP, or none of
 * its lines is of a line of theirs. A portion without lines would say that the whole order was shipped, so there is none.
 */
export function noticeOf(
  { shipment, lines }: Pick<Shipped, 'shipment' | 'lines'>,
  orders: readonly OrderWithLines[],
  toRec20: (unit: string) => string,
): Notice | null {
  if (shipment.deletedAt !== null || !(shipment.state === 'shipped' || shipment.state === 'delivered')) return null
  const portions: Notice['portions'] = []
  const theirs: ShipmentLine[] = []
  const days: (string | null)[] = []
  for (const { order, lines: orderLines } of orders) {
    const ofLine = new Map<OrderLine, ShipmentLine[]>()
    for (const line of lines) {
      const ordered = line.orderId === order.id ? orderLineOf(line, orderLines) : undefined
      if (ordered) ofLine.set(ordered, [...(ofLine.get(ordered) ?? []), line])
    }
    const shipped = [...ofLine].sort(([a], [b]) => a.lineNumber - b.lineNumber)
    if (shipped.length === 0) continue
    portions.push({
      orderId: order.id,
      items: shipped.map(([o, ls]) => toNoticeItem(o, ls, shipment.parcels, toRec20)),
    })
    theirs.push(...shipped.flatMap(([, ls]) => ls))
    days.push(...shipped.map(([o]) => o.confirmedDate ?? o.requestedDate ?? order.requestedDate))
  }
  if (portions.length === 0) return null
  return {
    shippedAt: shipment.shippedAt?.toISOString() ?? null,
    expected:
      days
        .filter((d) => d !== null)
        .sort()
        .at(-1) ?? null,
    carrier: { name: wordsOf(shipment.carrierName), scac: wordsOf(shipment.carrierScac) },
    trackingNumbers: trackingOf(shipment, theirs),
    shipTo: shipment.shipTo,
    portions,
  }
}

/** A line of the order is one item, however many lines of the shipment (batches) deliver it. */
function toNoticeItem(
  ordered: OrderLine,
  lines: readonly ShipmentLine[],
  parcels: readonly Parcel[],
  toRec20: (unit: string) => string,
): NoticeItem {
  const counted = lines.map((l) => inOrderUnit(ordered, l, toRec20))
  const same = counted.every((c) => c.unit === counted[0]?.unit)
  const count = (quantity: string, unit: string) =>
    same ? inOrderUnit(ordered, { quantity, unit }, toRec20) : { quantity: plainDecimal(quantity), unit }
  const [first] = lines
  const other = lines.length === 1 && wordsOf(first?.supplierPartId ?? null) !== null ? first : undefined
  return {
    lineNumber: ordered.lineNumber,
    quantity: plainDecimal(addDecimals(...(same ? counted : lines).map((c) => c.quantity))),
    unit: (same ? counted[0]?.unit : first?.unit) ?? ordered.unit,
    substitute:
      other && !samePart(other.supplierPartId, ordered.supplierPartId)
        ? { supplierPartId: other.supplierPartId, description: other.description }
        : null,
    parcels: parcels.flatMap((parcel) => {
      const inside = parcel.lines.filter((p) => lines.some((l) => l.erpLineId === p.erpLineId))
      if (inside.length === 0) return []
      const quantity = addDecimals(...inside.map((p) => p.quantity))
      return [
        {
          number: parcel.number,
          trackingNumber: parcel.trackingNumber,
          weight: parcel.lines.length === inside.length ? parcel.weight : null,
          quantity: count(quantity, first?.unit ?? ordered.unit).quantity,
        },
      ]
    }),
  }
}

/** Every tracking number but those of parcels that hold other people's lines only. */
function trackingOf(shipment: Shipment, theirs: readonly ShipmentLine[]): string[] {
  const ids = new Set(theirs.map((l) => l.erpLineId))
  const mine = (p: Parcel) => p.lines.length === 0 || p.lines.some((l) => ids.has(l.erpLineId))
  const numbers = (parcels: readonly Parcel[]) => parcels.flatMap((p) => wordsOf(p.trackingNumber) ?? [])
  const kept = numbers(shipment.parcels.filter(mine))
  const others = new Set(numbers(shipment.parcels.filter((p) => !mine(p))).filter((n) => !kept.includes(n)))
  const all = [...shipment.trackingNumbers.flatMap((n) => wordsOf(n) ?? []), ...kept]
  return [...new Set(all)].filter((n) => !others.has(n))
}

/** Null for an ERP's empty field. */
function wordsOf(text: string | null): string | null {
  return (text && printable(text).trim()) || null
}

/** `notice` null = the shipment is taken back (operation delete); `order` gives From and To. */
export function toShipNoticeRequest(
  notice: Notice | null,
  context: { order: Order; orders: readonly OrderWithLines[]; deliveredAt: Date | null; shipFrom: Address },
  telling: NextTelling,
  reply: Reply,
): CxmlRequest {
  const { operation, number, previousPayloadId } = telling
  const { order, orders, deliveredAt, shipFrom } = context
  const content: ShipNoticeRequest = {
    type: 'ShipNoticeRequest',
    header: {
      shipmentID: number,
      operation,
      noticeDate: timeOf(reply.at, reply),
      documentReference: previousPayloadId === null ? undefined : { payloadID: previousPayloadId },
      ...(notice ? headerOf(notice, orders, deliveredAt, shipFrom, reply) : {}),
    },
    shipControls: notice ? controlsOf(notice) : [],
    portions: notice ? toPortions(notice, orders) : [],
  }
  return toRequest(order, reply, content)
}

/** The DTD's prose wants both dates: what left at an unknown time has left by now, and arrives no earlier than it left. */
function headerOf(
  notice: Notice,
  orders: readonly OrderWithLines[],
  deliveredAt: Date | null,
  shipFrom: Address,
  reply: Reply,
): Partial<ShipNoticeRequest['header']> {
  const left = timeOf(notice.shippedAt ? new Date(notice.shippedAt) : (deliveredAt ?? reply.at), reply)
  const day = left.slice(0, 10)
  const arrival =
    deliveredAt !== null
      ? timeOf(deliveredAt, reply)
      : notice.expected === null
        ? undefined
        : notice.expected > day
          ? noonOf(notice.expected, reply)
          : left
  const { carrier, trackingNumbers } = notice
  const named = carrier.name ?? carrier.scac
  return {
    shipmentDate: left,
    deliveryDate: arrival,
    shipmentType: 'actual',
    fulfillmentType: notice.portions.every((p) => isWhole(p, orders)) ? 'complete' : 'partial',
    contacts: [toContact('shipFrom', shipFrom), ...(notice.shipTo ? [toContact('shipTo', notice.shipTo)] : [])],
    // A ShipControl needs a tracking number; a carrier that gave none is said in words.
    comments: named && trackingNumbers.length === 0 ? [{ text: `Carrier: ${named}`, lang: 'en' }] : undefined,
  }
}

/** All that was ordered is in this shipment. */
function isWhole(portion: Notice['portions'][number], orders: readonly OrderWithLines[]): boolean {
  const lines = orders.find((o) => o.order.id === portion.orderId)?.lines ?? []
  return lines.every((line) => {
    const item = portion.items.find((i) => i.lineNumber === line.lineNumber)
    return item !== undefined && item.unit === line.unit && compareDecimals(item.quantity, line.quantity) >= 0
  })
}

function controlsOf({ carrier, trackingNumbers }: Notice): ShipControl[] {
  if (trackingNumbers.length === 0) return []
  const carrierIdentifiers: CarrierIdentifier[] = [
    ...(carrier.scac ? [{ domain: 'SCAC', text: carrier.scac }] : []),
    ...(carrier.name ? [{ domain: 'companyName', text: carrier.name }] : []),
  ]
  return [
    {
      carrierIdentifiers:
        carrierIdentifiers.length > 0 ? carrierIdentifiers : [{ domain: 'companyName', text: 'unknown' }],
      shipmentIdentifiers: trackingNumbers.map((text) => ({ domain: 'trackingNumber', text })),
    },
  ]
}

function toPortions(notice: Notice, orders: readonly OrderWithLines[]): ShipNoticePortion[] {
  let place = 0
  return notice.portions.flatMap(({ orderId, items }) => {
    const found = orders.find((o) => o.order.id === orderId)
    if (!found) return []
    const told = items.flatMap((item) => {
      const line = found.lines.find((l) => l.lineNumber === item.lineNumber)
      return line ? [toItem(line, item, ++place)] : []
    })
    return [{ orderReference: orderReferenceOf(found.order), items: told }]
  })
}

function toItem(line: OrderLine, item: NoticeItem, place: number): ShipNoticeItem {
  const { quantity, unit, substitute, parcels } = item
  const isPart = line.parentLineNumber !== null
  return {
    quantity,
    lineNumber: String(line.lineNumber),
    parentLineNumber: isPart ? String(line.parentLineNumber) : undefined,
    itemType: isPart ? 'item' : undefined,
    shipNoticeLineNumber: String(place),
    itemID: {
      supplierPartID: printable(substitute?.supplierPartId ?? line.supplierPartId),
      supplierPartAuxiliaryID: line.auxiliaryId ?? undefined,
      buyerPartID: line.buyerPartId ?? undefined,
    },
    detail: substitute?.description
      ? { descriptions: [{ text: printable(substitute.description), lang: 'en' }] }
      : undefined,
    unitOfMeasure: unit,
    packagings: parcels.length > 0 ? parcels.map((p) => toPackaging(p, unit)) : undefined,
    orderedQuantity: { quantity: plainDecimal(line.quantity), unitOfMeasure: line.unit },
  }
}

function toPackaging(parcel: NoticeParcel, unit: string): Packaging {
  const { number, trackingNumber, weight, quantity } = parcel
  const tracking = wordsOf(trackingNumber)
  return {
    packagingCodes: [{ text: 'package', lang: 'en' }],
    dimensions: weight ? [{ quantity: plainDecimal(weight), type: 'grossWeight', unitOfMeasure: 'KGM' }] : undefined,
    shippingContainerSerialCode: serialCodeOf(number),
    packageID: { packageTrackingID: printable(number).trim() },
    dispatchQuantity: { quantity, unitOfMeasure: unit },
    extrinsics: tracking ? [{ name: 'trackingNumber', value: tracking }] : undefined,
  }
}

/** A parcel numbered by GS1's SSCC: 18 digits whose last one checks the others; labels put (00) before. */
function serialCodeOf(number: string): string | undefined {
  const digits = /^(?:\(?00\)?)?(\d{18})$/.exec(number.trim())?.[1]
  if (!digits) return undefined
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1), 0)
  return sum % 10 === 0 ? digits : undefined
}
