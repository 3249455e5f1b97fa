// House order -> the draft an ERP makes its order of.
import type { ErpAddress, ErpOrderDraft } from '../../connectors/connector.ts'
import { parseTimestamp } from '../../protocols/cxml/timestamp.ts'
import type { Address } from '../cart.ts'
import type { Order, OrderLine } from '../orders/order.ts'
import { profileWith } from '../partners/buyer-profiles.ts'
import type { TradingPartner } from '../partners/partner.ts'

/** What buyers' systems write that is no UN/CEFACT Rec 20 code: X12 355, SAP's and plain words. */
const words: Readonly<Record<string, string>> = {
  EACH: 'EA',
  PCE: 'EA',
  PCS: 'EA',
  STK: 'EA',
  UN: 'EA',
  UNIT: 'EA',
  BOX: 'BX',
  PAC: 'PK',
  PAK: 'PK',
  PACK: 'PK',
  PKG: 'PK',
  CASE: 'CS',
  CTN: 'CT',
  KG: 'KGM',
  LITER: 'LTR',
  LITRE: 'LTR',
  HOUR: 'HUR',
  HR: 'HUR',
  ROL: 'RO',
  PAIR: 'PR',
}

/** Undoes the partner's unit map: buyer's code -> ours. Where several of ours became one, the first in the map. */
export function unitsOfBuyer(map: Readonly<Record<string, string>>): (unit: string) => string {
  const ours = new Map<string, string>()
  for (const [own, theirs] of Object.entries(map)) if (!ours.has(theirs)) ours.set(theirs, own)
  return (unit) => {
    const code = unit.trim()
    const folded = code.toUpperCase()
    return ours.get(code) ?? (Object.hasOwn(words, folded) ? (words[folded] as string) : folded)
  }
}

/** A partner's unit codes read as ours, by its profile. */
export function unitsOfPartner({ profile, settings, protocol }: TradingPartner): (unit: string) => string {
  return unitsOfBuyer(profileWith(profile, settings.overrides)[protocol].units.map)
}

/** The order as the ERP shall have it. A line in parts (schedule lines) carries them in its comments, the earliest day as its date. */
export function toErpDraft(
  order: Order,
  lines: readonly OrderLine[],
  toRec20: (unit: string) => string,
): ErpOrderDraft {
  // A composite without a part number is its parts. Any other line goes as it is: better an ERP that refuses it than a line lost.
  const isParent = (line: OrderLine) => lines.some((l) => l.parentLineNumber === line.lineNumber)
  const ordered = lines.filter((l) => l.supplierPartId.trim() !== '' || !isParent(l))
  return {
    customerNumber: order.customerNumber ?? '',
    purchaseOrderNumber: order.poNumber ?? '',
    channel: order.channel,
    orderDate: dayWritten(order) ?? order.orderedAt.toISOString().slice(0, 10),
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

/** The day in the buyer's own zone, where its document says it. */
function dayWritten({ details }: Order): string | undefined {
  return parseTimestamp(details.reply?.orderDate ?? '')?.instant.slice(0, 10)
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
