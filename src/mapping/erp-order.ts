// House order -> the draft an ERP makes its order of.
import type { ErpAddress, ErpOrderDraft } from '../../connectors/connector.ts'
import type { Address } from '../cart.ts'
import type { Order, OrderLine } from '../orders/order.ts'

/** Units buyers' systems write for UN/CEFACT Rec 20 codes: X12 355 and plain words, folded to upper case. */
const rec20: Readonly<Record<string, string>> = {
  EACH: 'EA',
  PCE: 'EA',
  PC: 'EA',
  ST: 'EA',
  STK: 'EA',
  UN: 'EA',
  UNIT: 'EA',
  C62: 'EA',
  H87: 'EA',
  BOX: 'BX',
  XBX: 'BX',
  XPK: 'PK',
  XCT: 'CT',
  PAC: 'PK',
  PAK: 'PK',
  PACK: 'PK',
  PKG: 'PK',
  CASE: 'CS',
  CTN: 'CT',
  CRT: 'CT',
  KG: 'KGM',
  KILO: 'KGM',
  G: 'GRM',
  GR: 'GRM',
  L: 'LTR',
  LT: 'LTR',
  LITER: 'LTR',
  M: 'MTR',
  MT: 'MTR',
  HR: 'HUR',
  HOUR: 'HUR',
  STD: 'HUR',
  DY: 'DAY',
  RL: 'RO',
  ROL: 'RO',
  PR: 'PR',
  PAIR: 'PR',
}

/** A buyer's unit as Rec 20; an unknown one goes as it is, for the ERP to say what it thinks of it. */
export function toRec20(unit: string): string {
  const folded = unit.trim().toUpperCase()
  return Object.hasOwn(rec20, folded) ? (rec20[folded] as string) : folded
}

/** The order as the ERP shall have it. A line in parts (schedule lines) carries them in its comments, the earliest day as its date. */
export function toErpDraft(order: Order, lines: readonly OrderLine[]): ErpOrderDraft {
  // Parts of a composite whose price the composite carries are ordered with it.
  const ordered = lines.filter((l) => l.supplierPartId !== '')
  return {
    customerNumber: order.customerNumber ?? '',
    purchaseOrderNumber: order.poNumber ?? '',
    channel: order.channel,
    orderDate: order.orderedAt.toISOString().slice(0, 10),
    currency: order.currency,
    requestedDeliveryDate: order.requestedDate,
    shipTo: order.shipTo && toErpAddress(order.shipTo),
    contact: order.contactName || order.contactEmail ? { name: order.contactName, email: order.contactEmail } : null,
    comments: order.details.comments ?? null,
    shippingAmount: order.shippingAmount,
    lines: ordered.map((line) => {
      const schedule = line.details.schedule ?? []
      const parts = schedule.map((s) => `${s.quantity} ${line.unit} on ${s.date}`).join(', ')
      const comments = [line.details.comments, parts ? `Deliver in parts: ${parts}.` : ''].filter(Boolean).join('\n')
      return {
        lineNumber: line.lineNumber,
        itemNumber: line.supplierPartId,
        description: line.description,
        quantity: line.quantity,
        unitOfMeasure: toRec20(line.unit),
        unitPrice: line.unitPrice,
        priceUnit: line.priceUnit,
        requestedDeliveryDate: line.requestedDate ?? schedule.map((s) => s.date).sort()[0] ?? null,
        comments: comments || null,
      }
    }),
  }
}

function toErpAddress(a: Address): ErpAddress {
  return {
    addressId: a.addressId ?? null,
    name: a.name,
    street: [...(a.deliverTo ?? []), ...(a.street ?? [])],
    city: a.city ?? null,
    state: a.state ?? null,
    postalCode: a.postalCode ?? null,
    countryCode: a.countryCode ?? null,
    email: a.email ?? null,
    phone: a.phone ?? null,
  }
}
