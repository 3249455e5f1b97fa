// The cart: a pure value, shared by every protocol and by direct purchasing. The zod schema is at once the check of what a
// storefront posts, the TypeScript type and the OpenAPI description.
import { z } from 'zod'
import { addDecimals, currencyDecimals, DECIMAL, divideDecimals, multiplyDecimals, roundDecimal } from './money.ts'

/** No control characters but tab and newline, no lone surrogates: both break XML 1.0 and form posts. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u
const CLEAN_TEXT = /^(?:[^\p{Cc}\p{Cs}\uFFFE\uFFFF]|[\t\n\r])*$/u

const line = (max: number) =>
  z.string().max(max).regex(PRINTABLE, 'holds a control character, a line break or half a surrogate pair')
const paragraph = (max: number) =>
  z.string().max(max).regex(CLEAN_TEXT, 'holds a control character or half a surrogate pair')
const webAddress = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .regex(PRINTABLE)
const currency = z.string().regex(/^[A-Z]{3}$/, 'is no ISO 4217 code such as EUR')
const decimal = z.string().regex(DECIMAL, 'is no plain decimal text such as "10.50"')
const notNegative = decimal.refine((d) => !d.startsWith('-'), 'is negative')
const positive = notNegative.refine((d) => /[1-9]/.test(d), 'is zero')

export const moneySchema = z
  .object({ amount: notNegative, currency })
  .meta({ id: 'Money', description: 'Decimal text and ISO 4217 code, never a float.' })

export const taxSchema = z
  .object({
    amount: notNegative,
    currency,
    description: line(255).default('Tax'),
    category: line(60).optional().describe('vat, sales, gst, ...'),
    ratePercent: notNegative.optional(),
  })
  .meta({ id: 'Tax' })

export const addressSchema = z
  .object({
    addressId: line(100).optional(),
    name: line(255),
    deliverTo: z.array(line(255)).max(5).optional(),
    street: z.array(line(255)).max(5).optional(),
    city: line(255).optional(),
    state: line(255).optional(),
    postalCode: line(60).optional(),
    countryCode: z
      .string()
      .regex(/^[A-Z]{2}$/, 'is no ISO 3166 code such as NL')
      .optional(),
    email: line(255).optional(),
    phone: line(60).optional(),
  })
  .meta({ id: 'Address' })
export type Address = z.infer<typeof addressSchema>

export const cartLineSchema = z
  .object({
    lineNumber: z.int().min(1).max(99_999).optional().describe('1, 2, 3, ...; given by the hub where absent'),
    parentLineNumber: z
      .int()
      .min(1)
      .max(99_999)
      .optional()
      .describe('line number of the composite this line is part of'),
    itemType: z.enum(['item', 'composite']).optional(),
    quantity: positive,
    supplierPartId: line(255).min(1),
    supplierPartAuxiliaryId: line(255)
      .optional()
      .describe(
        'Leave it out for a new line and the hub gives one. On edit return what the hub handed over, or the buyer sees the line twice.',
      ),
    buyerPartId: line(255).optional(),
    description: paragraph(4000).min(1),
    shortName: line(255).optional(),
    longText: paragraph(32_000).optional(),
    language: line(20).optional().describe('BCP 47 tag of the texts'),
    unitPrice: moneySchema.describe('net, for `priceUnit` units'),
    priceUnit: z
      .string()
      .regex(/^[1-9]\d{0,8}$/, 'is no whole number above zero')
      .optional()
      .describe('the price is for this many units; absent = 1'),
    unitOfMeasure: line(20).min(1).describe('UN/CEFACT Recommendation 20 code, mapped to the buyer’s own on return'),
    classifications: z
      .array(z.object({ domain: line(60).min(1), code: line(60).min(1) }))
      .max(20)
      .optional(),
    manufacturerName: line(255).optional(),
    manufacturerPartId: line(255).optional(),
    leadTimeDays: z.int().min(0).max(99_999).optional(),
    service: z.boolean().optional(),
    tax: taxSchema.optional(),
    shipping: z.object({ amount: notNegative, currency, description: line(255).default('Shipping') }).optional(),
    url: webAddress.optional(),
    imageUrl: webAddress.optional(),
    attachment: z.object({ url: webAddress, title: line(255).optional(), purpose: line(20).optional() }).optional(),
    contract: z.object({ id: line(60), item: line(20).optional() }).optional(),
    quote: z.object({ id: line(60), item: line(20).optional() }).optional(),
    vendor: line(60).optional().describe('our number in the buyer’s system'),
    materialGroup: line(60).optional().describe('the buyer’s own group, where known; OCI MATGROUP'),
    extrinsics: z.record(line(100).min(1), paragraph(4000)).optional(),
    customFields: z
      .record(z.string().regex(/^\d{1,2}$/), line(255))
      .optional()
      .describe('OCI CUST_FIELD1..5'),
  })
  .meta({ id: 'CartLine' })
export type CartLine = z.infer<typeof cartLineSchema>

/** The most lines a returned cart may have. More is refused with 413: no buyer's system takes it. */
export const MAX_CART_LINES = 10_000

export const cartSchema = z
  .object({
    lines: z.array(cartLineSchema).max(MAX_CART_LINES),
    shipping: z.object({ amount: notNegative, currency, description: line(255).default('Shipping') }).optional(),
    tax: taxSchema.optional(),
    shipTo: addressSchema.optional(),
    quoteStatus: z.enum(['pending', 'final']).optional(),
    comments: paragraph(4000).optional(),
    currency: currency.optional().describe('only needed for an empty cart'),
  })
  .check((ctx) => {
    for (const problem of cartProblems(ctx.value)) ctx.issues.push({ code: 'custom', input: ctx.value, ...problem })
  })
  .meta({ id: 'Cart' })
export type Cart = z.infer<typeof cartSchema>

/** What no schema of a single line can say: one currency, line numbers once, parents that exist. */
function cartProblems(cart: Cart): { path: (string | number)[]; message: string }[] {
  const problems: { path: (string | number)[]; message: string }[] = []
  const first = cart.lines[0]?.unitPrice.currency
  const numbers = new Set<number>()
  cart.lines.forEach((l, i) => {
    const number = l.lineNumber ?? i + 1
    if (numbers.has(number))
      problems.push({ path: ['lines', i, 'lineNumber'], message: `line number ${number} is there twice` })
    numbers.add(number)
    for (const money of [l.unitPrice, l.tax, l.shipping])
      if (money && money.currency !== first)
        problems.push({
          path: ['lines', i],
          message: `has ${money.currency}, the first line ${first}: one cart, one currency`,
        })
  })
  cart.lines.forEach((l, i) => {
    if (l.parentLineNumber === undefined) return
    if (!numbers.has(l.parentLineNumber) || l.parentLineNumber === (l.lineNumber ?? i + 1))
      problems.push({
        path: ['lines', i, 'parentLineNumber'],
        message: `no other line ${l.parentLineNumber} in this cart`,
      })
  })
  for (const part of ['shipping', 'tax'] as const)
    if (first && cart[part] && cart[part].currency !== first)
      problems.push({ path: [part, 'currency'], message: `is ${cart[part].currency}, the lines have ${first}` })
  return problems
}

/** Net amount of a line: quantity x price / priceUnit, rounded half up to the currency's decimals. */
export function lineAmount(l: Pick<CartLine, 'quantity' | 'unitPrice' | 'priceUnit'>): string {
  const product = multiplyDecimals(l.quantity, l.unitPrice.amount)
  const decimals = currencyDecimals(l.unitPrice.currency)
  return l.priceUnit ? divideDecimals(product, l.priceUnit, decimals) : roundDecimal(product, decimals)
}

/** The cart's currency; `fallback` where it has no lines and names none. */
export function cartCurrency(cart: Cart, fallback = 'EUR'): string {
  return cart.lines[0]?.unitPrice.currency ?? cart.currency ?? fallback
}

/** Sum of the lines, net, without tax and shipping. Parts of a composite whose price the composite carries have price 0. */
export function cartTotal(cart: Cart): string {
  return roundDecimal(addDecimals(...cart.lines.map(lineAmount)), currencyDecimals(cartCurrency(cart)))
}
