// The storefront's cart: what the buyer chose, and the cart lines it becomes.
import { randomBytes } from 'node:crypto'
import { type Cart, type CartLine, lineAmount } from '../cart.ts'
import { addDecimals, divideDecimals, multiplyDecimals, roundDecimal } from '../money.ts'
import { describe, findProduct, type Product, priceAt } from './catalogue.ts'
import type { EditLine } from './hub-client.ts'

export interface CartEntry {
  id: string
  sku: string
  /** Key of the product's option. */
  option: string | null
  quantity: string
  /** SupplierPartAuxiliaryIDs the lines came with, the main line's first: an edited line has to keep them. */
  auxiliaryIds: (string | undefined)[]
  /** What the hub knew of a line we no longer sell. */
  earlier: CartLine | null
  notice: { kind: 'stale' | 'unknown' | 'gone' | 'price'; text: string } | null
}

const CURRENCY = 'EUR'

export function newEntry(product: Product, quantity: string, option: string | null): CartEntry {
  const id = randomBytes(6).toString('hex')
  // The hub gives an AuxID where we give none. A configured product needs its own, that says which configuration it is.
  const auxiliaryIds = option ? [`${option}.${id}`] : []
  return { id, sku: product.sku, option, quantity, auxiliaryIds, earlier: null, notice: null }
}

/** A desk in oak and one in white are two lines; pens are added to the pens that are there. */
export function addToCart(entries: CartEntry[], product: Product, quantity: string, option: string | null): void {
  const same = entries.find((e) => e.sku === product.sku && e.option === option)
  if (same) same.quantity = addDecimals(same.quantity, quantity)
  else entries.push(newEntry(product, quantity, option))
}

/** Entries for the lines a buyer's system sent to edit or inspect. Parts of a bundle go with the bundle. */
export function entriesFromEdit(lines: readonly EditLine[]): CartEntry[] {
  const parents = new Set(lines.flatMap((l) => (l.line?.parentLineNumber ? [l.line.parentLineNumber] : [])))
  const tops = lines.filter((l) => !l.line?.parentLineNumber)
  return tops.map((top) => {
    const parts = parents.has(top.lineNumber) ? lines.filter((l) => l.line?.parentLineNumber === top.lineNumber) : []
    const product = findProduct(top.supplierPartId)
    const entry: CartEntry = {
      id: randomBytes(6).toString('hex'),
      sku: top.supplierPartId,
      option: product?.options ? optionOf(product, top.supplierPartAuxiliaryId) : null,
      quantity: top.quantity,
      auxiliaryIds: [top, ...parts].map((l) => l.supplierPartAuxiliaryId ?? undefined),
      earlier: top.line,
      notice: null,
    }
    return { ...entry, notice: noticeOf(top, entry, product) }
  })
}

function optionOf(product: Product, auxiliaryId: string | null): string | null {
  const key = auxiliaryId?.split('.')[0]
  return product.options?.find((o) => o.key === key)?.key ?? product.options?.[0]?.key ?? null
}

function noticeOf(line: EditLine, entry: CartEntry, product: Product | undefined): CartEntry['notice'] {
  if (!product && !line.line)
    return { kind: 'gone', text: 'We do not sell this. It is left out when the cart goes back.' }
  if (line.origin !== 'current') return { kind: line.origin, text: line.why }
  const now = linesOf(entry)[0]?.unitPrice.amount
  const before = line.line?.unitPrice.amount
  if (product && now && before && now !== before)
    return { kind: 'price', text: `The price was ${before} and is ${now} now.` }
  return null
}

/** The lines of one entry, without line numbers; [] for what can't be ordered. The first is the main line. */
export function linesOf(entry: CartEntry): CartLine[] {
  const product = findProduct(entry.sku)
  if (!product) return entry.earlier ? [{ ...entry.earlier, quantity: entry.quantity, tax: undefined }] : []
  const option = product.options?.find((o) => o.key === entry.option)
  const amount = addDecimals(priceAt(product, entry.quantity), option?.add ?? '0.00')
  const main: CartLine = {
    ...describe(product),
    ...(option && { description: `${product.name}: ${option.name}`, shortName: product.name }),
    quantity: entry.quantity,
    unitPrice: { amount, currency: CURRENCY },
    supplierPartAuxiliaryId: entry.auxiliaryIds[0],
    itemType: product.parts ? 'composite' : undefined,
    extrinsics: option && { Configuration: option.name },
  }
  const parts = (product.parts ?? []).flatMap(({ sku, quantity }, i): CartLine[] => {
    const part = findProduct(sku)
    if (!part) return []
    return [
      {
        ...describe(part),
        itemType: 'item',
        quantity: multiplyDecimals(entry.quantity, quantity),
        // The bundle carries the price.
        unitPrice: { amount: '0.00', currency: CURRENCY },
        supplierPartAuxiliaryId: entry.auxiliaryIds[i + 1],
      },
    ]
  })
  return [withTax(main, product.taxPercent), ...parts]
}

function withTax(line: CartLine, ratePercent: string): CartLine {
  const amount = divideDecimals(multiplyDecimals(lineAmount(line), ratePercent), '100', 2)
  return {
    ...line,
    tax: { amount, currency: CURRENCY, description: `${ratePercent} % btw`, category: 'vat', ratePercent },
  }
}

/** The whole cart as the hub takes it. */
export function toCart(entries: readonly CartEntry[]): Cart {
  const lines: CartLine[] = []
  for (const entry of entries) {
    const [main, ...parts] = linesOf(entry)
    if (!main) continue
    const number = lines.length + 1
    lines.push({ ...main, lineNumber: number })
    for (const part of parts) lines.push({ ...part, lineNumber: lines.length + 1, parentLineNumber: number })
  }
  const tax = taxOf(lines)
  return {
    lines,
    currency: CURRENCY,
    ...(lines.length > 0 && { tax: { amount: tax, currency: CURRENCY, description: 'btw', category: 'vat' } }),
  }
}

export function taxOf(lines: readonly CartLine[]): string {
  return roundDecimal(addDecimals(...lines.flatMap((l) => (l.tax ? [l.tax.amount] : []))), 2)
}
