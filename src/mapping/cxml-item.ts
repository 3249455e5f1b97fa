// One line, both ways: cXML ItemIn / ItemOut <-> CartLine.
import type { Amount, Description, Extrinsic, Shipping, Tax } from '../../protocols/cxml/elements.ts'
import type { ItemDetail, ItemIn, ItemOut } from '../../protocols/cxml/items.ts'
import { type Cart, type CartLine, cartLineSchema } from '../cart.ts'
import { compareDecimals } from '../money.ts'
import type { ShownLine } from '../punchout/find-earlier-cart.ts'

const LANGUAGE = 'en'

/** A cart line as ItemIn (cXML Reference Guide, "PunchOutOrderMessage", ItemIn). The line is fitted and numbered. */
export function toItemIn(line: CartLine): ItemIn {
  const { amount, currency } = line.unitPrice
  return {
    quantity: line.quantity,
    lineNumber: String(line.lineNumber),
    parentLineNumber: line.parentLineNumber === undefined ? undefined : String(line.parentLineNumber),
    itemType: line.itemType ?? (line.parentLineNumber === undefined ? undefined : 'item'),
    compositeItemType:
      line.itemType === 'composite' ? (compareDecimals(amount, '0') === 0 ? 'itemLevel' : 'groupLevel') : undefined,
    itemClassification: line.service ? 'service' : undefined,
    itemID: {
      supplierPartID: line.supplierPartId,
      supplierPartAuxiliaryID: line.supplierPartAuxiliaryId,
      buyerPartID: line.buyerPartId,
    },
    itemDetail: toItemDetail(line, { money: { amount, currency } }),
    supplierID: line.vendor ? { domain: 'VendorID', text: line.vendor } : undefined,
    shipping: line.shipping && toShipping(line.shipping),
    tax: line.tax && toTax(line.tax),
    comments: toComments(line),
  }
}

function toItemDetail(line: CartLine, unitPrice: Amount): ItemDetail {
  const description: Description = {
    text: line.description,
    lang: line.language ?? LANGUAGE,
    shortName: line.shortName,
  }
  return {
    unitPrice,
    descriptions: [description],
    unitOfMeasure: line.unitOfMeasure,
    priceBasisQuantity:
      line.priceUnit && line.priceUnit !== '1'
        ? { quantity: line.priceUnit, conversionFactor: '1', unitOfMeasure: line.unitOfMeasure }
        : undefined,
    classifications: (line.classifications ?? []).map((c) => ({ domain: c.domain, text: c.code })),
    manufacturerPartID: line.manufacturerPartId,
    manufacturerName: line.manufacturerName,
    url: line.url,
    leadTime: line.leadTimeDays === undefined ? undefined : String(line.leadTimeDays),
    extrinsics: toExtrinsics(line),
  }
}

/** cXML has no element of its own for these: they travel as Extrinsics, so that nothing the storefront said is lost. */
function toExtrinsics(line: CartLine): Extrinsic[] | undefined {
  const named: [string, string | undefined][] = [
    ['ImageURL', line.imageUrl],
    ['MaterialGroup', line.materialGroup],
    ['ContractID', line.contract?.id],
    ['ContractItem', line.contract?.item],
    ['QuoteID', line.quote?.id],
    ['QuoteItem', line.quote?.item],
    ...Object.entries(line.customFields ?? {}).map(([n, value]): [string, string] => [`CustomField${n}`, value]),
    ...Object.entries(line.extrinsics ?? {}),
  ]
  const extrinsics = named.flatMap(([name, value]) => (value ? [{ name, value }] : []))
  return extrinsics.length > 0 ? extrinsics : undefined
}

function toComments(line: CartLine): ItemIn['comments'] {
  if (!line.longText && !line.attachment) return undefined
  const attachments = line.attachment ? [{ url: line.attachment.url }] : undefined
  return [{ text: line.longText ?? line.attachment?.title ?? '', lang: line.language ?? LANGUAGE, attachments }]
}

export function toShipping(shipping: NonNullable<Cart['shipping']>): Shipping {
  const { amount, currency, description } = shipping
  return { money: { amount, currency }, description: { text: description, lang: LANGUAGE } }
}

export function toTax(tax: NonNullable<Cart['tax']>): Tax {
  const { amount, currency, description, category, ratePercent } = tax
  const detail = category
    ? [{ category, percentageRate: ratePercent, taxAmount: { money: { amount, currency } } }]
    : undefined
  return { money: { amount, currency }, description: { text: description, lang: LANGUAGE }, taxDetails: detail }
}

/** A line the buyer's system shows: always its ids and quantity, and the whole line where the document describes it. */
export function fromItem(item: ItemOut, position: number): ShownLine {
  const number = Number(item.lineNumber)
  const ids = {
    lineNumber: Number.isSafeInteger(number) && number > 0 ? number : position,
    quantity: item.quantity,
    supplierPartId: item.itemID.supplierPartID,
    supplierPartAuxiliaryId: item.itemID.supplierPartAuxiliaryID ?? null,
  }
  return { ...ids, line: item.itemDetail ? fromDetail(item, item.itemDetail, ids) : null }
}

function fromDetail(item: ItemOut, detail: ItemDetail, ids: Omit<ShownLine, 'line'>): CartLine | null {
  const [description] = detail.descriptions
  const candidate: Record<keyof CartLine, unknown> | Partial<CartLine> = {
    ...ids,
    supplierPartAuxiliaryId: ids.supplierPartAuxiliaryId ?? undefined,
    buyerPartId: item.itemID.buyerPartID,
    description: description?.text,
    shortName: description?.shortName,
    language: description?.lang,
    unitPrice: { amount: detail.unitPrice.money.amount, currency: detail.unitPrice.money.currency },
    priceUnit: detail.priceBasisQuantity?.quantity,
    unitOfMeasure: detail.unitOfMeasure,
    classifications: detail.classifications.map((c) => ({ domain: c.domain, code: c.code ?? c.text })),
    manufacturerPartId: detail.manufacturerPartID,
    manufacturerName: detail.manufacturerName,
    leadTimeDays: detail.leadTime === undefined ? undefined : Number(detail.leadTime),
  }
  // What the buyer wrote may be no cart line of ours (1e5, no price): then the ids alone have to do.
  const parsed = cartLineSchema.safeParse(candidate)
  return parsed.success ? parsed.data : null
}
