// Orders to the ERP: one file each in out/, under its once key, with a copy in sent/ that says it has been written; and the
// ERP's receipts, which make an order of that copy.
import { stringify } from 'csv-stringify/sync'
import type { ErpOrder, ErpOrderDraft, ErpOrderReceipt } from '../connector.ts'
import { add, currencyDecimals, multiplyDivide } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import { type DropFolder, need, unfinished, writeAtOnce } from './drop-folder.ts'
import { idOf } from './records.ts'
import { BadRow, type Row } from './row.ts'
import { encode, mustFit, type TextFormat, writeDate, writeDecimal } from './text-format.ts'

const sentPath = (onceKey: string) => `sent/order-${onceKey}.json`

/**
 * Writes the order, once: sent/ has its key from before the file can be seen in out/, and the ERP may take the file from there as
 * it likes. Throws ErpError.
 */
export async function writeOrder(
  folder: DropFolder,
  draft: ErpOrderDraft,
  onceKey: string,
  type: 'csv' | 'json',
  format: TextFormat,
): Promise<ErpOrderReceipt> {
  if (!/^[a-z0-9]{1,32}$/.test(onceKey)) throw new ErpError('refused', `"${onceKey}" is no key for a file name.`)
  await need(folder, 'out')
  const path = `out/order-${onceKey}.${type}`
  const receipt = { erpId: onceKey, number: null, state: 'draft', netAmount: null, notes: [] } as const
  if (await folder.facts(sentPath(onceKey))) {
    // Also from a run that died between the two: the file is there then, under its other name.
    await folder.move(unfinished(path), path)
    return { ...receipt, notes: [], created: false }
  }
  const bytes = type === 'json' ? Buffer.from(JSON.stringify({ onceKey, ...draft })) : orderCsv(draft, onceKey, format)
  await folder.write(unfinished(path), bytes)
  await writeAtOnce(folder, sentPath(onceKey), Buffer.from(JSON.stringify({ onceKey, ...draft })))
  if (!(await folder.move(unfinished(path), path)))
    throw new ErpError('unreachable', `${path} is gone while it is written.`)
  return { ...receipt, notes: [], created: true }
}

/** One row per line, the order's own columns in each. Throws ErpError `refused` for a number the encoding can't hold. */
export function orderCsv(draft: ErpOrderDraft, onceKey: string, format: TextFormat): Uint8Array {
  const { encoding, delimiter, decimalComma, dates } = format
  const number = (decimal: string | null) => (decimal === null ? '' : writeDecimal(decimal, decimalComma))
  const date = (value: string | null) => (value === null ? '' : writeDate(value, dates))
  mustFit('Order', draft.purchaseOrderNumber, encoding)
  mustFit('Customer', draft.customerNumber, encoding)
  const { shipTo, contact } = draft
  const rows = draft.lines.map((line) => {
    mustFit('Article', line.itemNumber, encoding)
    return {
      onceKey,
      purchaseOrderNumber: draft.purchaseOrderNumber,
      customerNumber: draft.customerNumber,
      channel: draft.channel,
      orderDate: date(draft.orderDate),
      currency: draft.currency,
      requestedDeliveryDate: date(line.requestedDeliveryDate ?? draft.requestedDeliveryDate),
      shipToId: shipTo?.addressId,
      shipToName: shipTo?.name,
      shipToStreet: shipTo?.street.join(' | '),
      shipToCity: shipTo?.city,
      shipToState: shipTo?.state,
      shipToPostalCode: shipTo?.postalCode,
      shipToCountry: shipTo?.countryCode,
      shipToEmail: shipTo?.email,
      shipToPhone: shipTo?.phone,
      contactName: contact?.name,
      contactEmail: contact?.email,
      comments: draft.comments,
      shippingAmount: number(draft.shippingAmount),
      lineNumber: line.lineNumber,
      itemNumber: line.itemNumber,
      description: line.description,
      quantity: number(line.quantity),
      unitOfMeasure: line.unitOfMeasure,
      unitPrice: number(line.unitPrice),
      priceUnit: number(line.priceUnit),
      lineComments: line.comments,
    }
  })
  // By itself it would quote the record's delimiter only, not a lone line break within a comment.
  const options = { header: true, delimiter, record_delimiter: '\r\n', quoted_match: /[\r\n]/ }
  return encode(stringify(rows, options), encoding)
}

/** What was sent under this key; undefined = nothing. */
export async function sentOrder(folder: DropFolder, onceKey: string): Promise<ErpOrderDraft | undefined> {
  if (!/^[a-z0-9]{1,32}$/.test(onceKey) || !(await folder.facts(sentPath(onceKey)))) return undefined
  return JSON.parse((await folder.read(sentPath(onceKey))).toString())
}

/**
 * A row of a receipts file, with the order it answers: `onceKey`, `number`, `state` (default open), `message`, `confirmedDate`.
 * Throws BadRow.
 */
export function composeReceipt(row: Row, draft: ErpOrderDraft | undefined): ErpOrder {
  const onceKey = row.text('onceKey')
  if (!draft) throw new BadRow(`no order was sent with the key ${onceKey}`)
  const state = row.oneOf('state', ['open', 'blocked', 'cancelled'], 'open')
  const erpId = state === 'cancelled' ? (row.optional('id') ?? row.text('number', onceKey)) : idOf(row)
  const confirmedDate = row.optionalDate('confirmedDate')
  const lines = draft.lines.map((line) => {
    const { lineNumber, itemNumber, description, quantity, unitOfMeasure, unitPrice, priceUnit } = line
    if (unitPrice === null)
      throw new BadRow(`line ${lineNumber} of ${onceKey} was sent without a price: answer with an orders file`)
    return {
      ...{ lineNumber, itemNumber, description, quantity, unitOfMeasure, unitPrice, priceUnit },
      erpLineId: `${erpId}-${lineNumber}`,
      productGroup: null,
      netAmount: multiplyDivide(quantity, unitPrice, priceUnit, currencyDecimals(draft.currency)),
      confirmedQuantity: confirmedDate === null ? null : quantity,
      confirmedDate,
      shippedQuantity: null,
      invoicedQuantity: null,
      rejectionReason: state === 'cancelled' ? row.text('message', 'refused by the ERP') : null,
    }
  })
  const netAmount = add(...lines.map((line) => line.netAmount), draft.shippingAmount ?? '0')
  const { customerNumber, channel, currency, requestedDeliveryDate, shipTo, contact } = draft
  return {
    ...{ customerNumber, channel, currency, requestedDeliveryDate, shipTo, erpId, onceKey, state, lines, netAmount },
    number: row.optional('number'),
    purchaseOrderNumber: draft.purchaseOrderNumber,
    orderedAt: draft.orderDate,
    taxAmount: null,
    totalAmount: netAmount,
    contactName: contact?.name ?? null,
    contactEmail: contact?.email ?? null,
    projectCode: null,
    changedAt: row.time('changedAt'),
  }
}
