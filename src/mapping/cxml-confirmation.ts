// Order and what the ERP said of it -> ConfirmationRequest (cXML Reference Guide, "ConfirmationRequest"; Fulfill.dtd). Pure.
import type {
  ConfirmationItem,
  ConfirmationRequest,
  ConfirmationStatus,
} from '../../protocols/cxml/confirmation-request.ts'
import type { Classification } from '../../protocols/cxml/elements.ts'
import type { CxmlRequest } from '../../protocols/cxml/envelope.ts'
import { addDecimals, compareDecimals, divideDecimals, multiplyDecimals } from '../money.ts'
import type { Order, OrderLine } from '../orders/order.ts'
import { profileWith } from '../partners/buyer-profiles.ts'
import type { TradingPartner } from '../partners/partner.ts'
import { sha256 } from '../secrets.ts'
import { noonOf, orderReferenceOf, type Reply, timeOf, toRequest } from './cxml-reply.ts'
import { erpSideOf, samePart } from './order-line.ts'
import { plainDecimal } from './plain-decimal.ts'
import { printable } from './printable.ts'

/** What becomes of each line, in the house's words: what a confirmation says, and what two of them differ in. */
export interface Answer {
  type: 'accept' | 'except' | 'reject'
  lines: AnswerLine[]
  reason: string | null
}

export interface AnswerLine {
  lineNumber: number
  accepted: string
  backordered: string
  rejected: string
  date: string | null
  /** Where it differs from the order's, for the order's price unit. */
  unitPrice: string | null
  /** Our part number, where another article is delivered. */
  substitute: string | null
  reason: string | null
}

/**
 * What the buyer is to be told now; null = nothing yet. `when` accepted: as soon as the ERP has the order; confirmed: when it promised
 * lines. The one-per-order types (accept, except, reject) replace what was told before, so the answer is always of the whole order.
 */
export function answerOf(order: Order, lines: readonly OrderLine[], when: 'accepted' | 'confirmed'): Answer | null {
  if (order.state === 'rejected' || order.state === 'cancelled') {
    const reason =
      order.endReason ?? (order.state === 'cancelled' ? 'The order was cancelled.' : 'The order was rejected.')
    return { type: 'reject', lines: [], reason }
  }
  if (order.state === 'received' || order.state === 'held') return null
  const promised = lines.some((l) => l.confirmedQuantity !== null || l.rejectionReason !== null)
  if (!promised && when === 'confirmed' && order.kind !== 'blanket') return null
  const answered = lines.filter((l) => l.parentLineNumber === null || !isZero(l.unitPrice)).map(answerLine)
  if (answered.length > 0 && answered.every((l) => compareDecimals(l.rejected, '0') > 0 && isZero(l.accepted)))
    return { type: 'reject', lines: [], reason: answered.find((l) => l.reason)?.reason ?? 'No line can be delivered.' }
  const plain = answered.every(
    (l) => isZero(l.rejected) && isZero(l.backordered) && l.unitPrice === null && l.substitute === null,
  )
  if (!plain) return { type: 'except', lines: answered, reason: null }
  const asAsked = answered.every((l) => {
    const asked = lines.find((line) => line.lineNumber === l.lineNumber)?.requestedDate ?? order.requestedDate
    return l.date === null || asked === null || l.date <= asked
  })
  return { type: asAsked ? 'accept' : 'except', lines: answered, reason: null }
}

function answerLine(line: OrderLine): AnswerLine {
  const { quantity, confirmedQuantity, rejectionReason } = line
  const { itemNumber } = erpSideOf(line)
  const promised = confirmedQuantity ?? (rejectionReason === null ? quantity : '0')
  const accepted = compareDecimals(promised, quantity) > 0 ? quantity : promised
  const rest = addDecimals(quantity, `-${accepted}`)
  return {
    lineNumber: line.lineNumber,
    accepted: plainDecimal(accepted),
    backordered: rejectionReason === null ? plainDecimal(rest) : '0',
    rejected: rejectionReason === null ? '0' : plainDecimal(rest),
    date: line.confirmedDate,
    unitPrice: otherPrice(line),
    substitute: itemNumber?.trim() && !samePart(itemNumber, line.supplierPartId) ? itemNumber : null,
    reason: rejectionReason,
  }
}

/** The ERP's price brought to the order's price unit, where it is another. */
function otherPrice(line: OrderLine): string | null {
  const { unitPrice, priceUnit = '1' } = erpSideOf(line)
  if (!unitPrice || isZero(priceUnit)) return null
  const [erps, ordered] = [multiplyDecimals(unitPrice, line.priceUnit), multiplyDecimals(line.unitPrice, priceUnit)]
  return compareDecimals(erps, ordered) === 0 ? null : plainDecimal(divideDecimals(erps, priceUnit, 6))
}

const isZero = (decimal: string) => compareDecimals(decimal, '0') === 0

/** `version` 1 is the first; a later one is an update that names the payloadID of the one before. */
export function toConfirmationRequest(
  order: Order,
  lines: readonly OrderLine[],
  answer: Answer,
  telling: { version: number; previousPayloadId: string | null },
  reply: Reply,
): CxmlRequest {
  const { version, previousPayloadId } = telling
  const content: ConfirmationRequest = {
    type: 'ConfirmationRequest',
    header: {
      type: answer.type,
      operation: previousPayloadId ? 'update' : 'new',
      noticeDate: timeOf(reply.at, reply),
      // The same in every version, so not the ERP's number, which may come later.
      confirmID: order.poNumber ?? order.id,
      version: String(version),
      documentReference: previousPayloadId ? { payloadID: previousPayloadId } : undefined,
      comments: toComments(answer.reason),
    },
    orderReference: orderReferenceOf(order),
    items: answer.lines.flatMap((told) => {
      const line = lines.find((l) => l.lineNumber === told.lineNumber)
      return line ? [toItem(order, line, told, answer.type, reply)] : []
    }),
  }
  return toRequest(order, reply, content)
}

function toItem(order: Order, line: OrderLine, told: AnswerLine, type: Answer['type'], reply: Reply): ConfirmationItem {
  const deliveryDate = told.date ? noonOf(told.date, reply) : undefined
  const status = (kind: ConfirmationStatus['type'], quantity: string, more: Partial<ConfirmationStatus> = {}) => ({
    type: kind,
    quantity,
    unitOfMeasure: line.unit,
    ...more,
  })
  const statuses: ConfirmationStatus[] = []
  const changed = told.unitPrice !== null || told.substitute !== null
  const asked = line.requestedDate ?? order.requestedDate
  const later = told.date !== null && asked !== null && told.date > asked
  if (!isZero(told.accepted))
    statuses.push(
      type === 'except' && (changed || later)
        ? status('detail', told.accepted, { deliveryDate, ...change(order, line, told, reply) })
        : status('accept', told.accepted, { deliveryDate }),
    )
  if (!isZero(told.backordered)) statuses.push(status('backordered', told.backordered))
  if (!isZero(told.rejected)) statuses.push(status('reject', told.rejected, { comments: toComments(told.reason) }))
  // A line of nothing (a text, a limit) is taken as it is.
  if (statuses.length === 0) statuses.push(status('accept', '0'))
  const isPart = line.parentLineNumber !== null
  return {
    quantity: plainDecimal(line.quantity),
    lineNumber: String(line.lineNumber),
    parentLineNumber: isPart ? String(line.parentLineNumber) : undefined,
    itemType: isPart ? 'item' : undefined,
    unitOfMeasure: line.unit,
    statuses,
  }
}

/** A substitution is told whole; a price alone as UnitPrice. */
function change(order: Order, line: OrderLine, told: AnswerLine, reply: Reply): Partial<ConfirmationStatus> {
  const money = { amount: told.unitPrice ?? line.unitPrice, currency: order.currency }
  if (told.substitute === null) return told.unitPrice === null ? {} : { unitPrice: { money } }
  return {
    itemIn: {
      quantity: told.accepted,
      lineNumber: String(line.lineNumber),
      itemID: {
        supplierPartID: printable(told.substitute),
        supplierPartAuxiliaryID: line.auxiliaryId ?? undefined,
        buyerPartID: line.buyerPartId ?? undefined,
      },
      itemDetail: {
        unitPrice: { money },
        descriptions: [{ text: line.description, lang: 'en' }],
        unitOfMeasure: line.unit,
        priceBasisQuantity:
          compareDecimals(line.priceUnit, '1') === 0
            ? undefined
            : { quantity: plainDecimal(line.priceUnit), conversionFactor: '1', unitOfMeasure: line.unit },
        classifications: classificationsOf(line, reply.partner),
      },
    },
  }
}

/** The DTD wants one at least: the order's, else what stands for none in this buyer's carts. */
function classificationsOf({ details }: OrderLine, { profile, settings }: TradingPartner): Classification[] {
  const { domain, code = 'unknown' } = profileWith(profile, settings.overrides).defaultClassification
  const given = details.classifications?.length ? details.classifications : [{ domain, code }]
  return given.map((c) => ({ domain: c.domain, text: c.code }))
}

function toComments(text: string | null): ConfirmationStatus['comments'] {
  return text ? [{ text: printable(text), lang: 'en' }] : undefined
}

/** Two answers of the same content are one telling. Short, for an index holds it: the answer of a long order is longer than that takes. */
export function tellingOf(answer: Answer, revision: number): string {
  return sha256(JSON.stringify([revision, answer])).toString('base64url')
}
