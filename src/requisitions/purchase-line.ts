// A line of a cart, order list, requisition or quote: what, how many, at which price, and on whose account. Pure.
import { z } from 'zod'
import { type Charge, chargesOf, shareOut } from '../budgets/charge.ts'
import { cartLineSchema, lineAmount } from '../cart.ts'
import { HubError } from '../errors.ts'
import { addDecimals, compareDecimals, currencyDecimals, DECIMAL, roundDecimal } from '../money.ts'

const code = z.string().min(1).max(255)
const decimal = z.string().regex(DECIMAL, 'is no plain decimal text such as "10.50"')
const notNegative = decimal.refine((d) => !d.startsWith('-'), 'is negative')
const quantity = cartLineSchema.shape.quantity

const shareSchema = z
  .strictObject({
    costCentre: code.nullable().default(null),
    project: code.nullable().default(null),
    percent: notNegative.optional(),
    amount: notNegative.optional().describe('net, in the cart’s currency'),
  })
  .refine((s) => (s.percent === undefined) !== (s.amount === undefined), 'needs either percent or amount')

const sharesSchema = z
  .array(shareSchema)
  .max(50)
  .superRefine((shares, ctx) => {
    const by = shares.filter((s) => s.percent !== undefined)
    if (by.length > 0 && by.length < shares.length)
      ctx.addIssue({ code: 'custom', message: 'percentages and amounts do not mix in one line' })
    else if (by.length > 0 && compareDecimals(addDecimals(...by.map((s) => s.percent ?? '0')), '100') !== 0)
      ctx.addIssue({ code: 'custom', message: 'the percentages do not come to 100' })
  })

/** What a caller says of a line. Prices are the seller's: only its storefront may say them. */
export const lineInputSchema = z
  .strictObject({
    supplierPartId: code,
    quantity,
    description: z.string().min(1).max(4000).optional(),
    unit: z.string().min(1).max(20).optional().describe('UN/CEFACT Recommendation 20 code'),
    unitPrice: notNegative
      .optional()
      .describe('net; of storefronts only, others get the prices the seller has for them'),
    priceUnit: cartLineSchema.shape.priceUnit,
    taxAmount: notNegative.optional().describe('of storefronts only'),
    productGroup: code.optional(),
    catalogue: code.optional(),
    requestedDate: z.iso.date().optional(),
    note: z.string().max(1000).optional(),
    shares: sharesSchema
      .default([])
      .describe('cost centre and project of the line, or how it is split between several'),
  })
  .meta({ id: 'PurchaseLineInput' })
export type LineInput = z.infer<typeof lineInputSchema>

export const purchaseLineSchema = z
  .object({
    lineNumber: z.int(),
    supplierPartId: z.string(),
    quantity: z.string(),
    description: z.string(),
    unit: z.string(),
    unitPrice: z.string().nullable().describe('net; null: no price is known, it cannot be ordered yet'),
    priceUnit: z.string(),
    priceFrom: z.enum(['contract', 'storefront', 'quote']).nullable(),
    netAmount: z.string().nullable(),
    taxAmount: z.string(),
    productGroup: z.string().nullable(),
    catalogue: z.string().nullable(),
    requestedDate: z.string().nullable(),
    note: z.string().nullable(),
    shares: z.array(
      z.object({
        costCentre: z.string().nullable(),
        project: z.string().nullable(),
        percent: z.string().optional(),
        amount: z.string().optional(),
        netAmount: z.string().nullable().describe('exact: the shares of a line come to its net amount'),
      }),
    ),
    problem: z.string().nullable().describe('why it cannot be ordered as it stands'),
  })
  .meta({ id: 'PurchaseLine' })
export type PurchaseLine = z.infer<typeof purchaseLineSchema>

/** A line without its price yet. `prices`: the caller may say them. */
export function lineOf(input: LineInput, lineNumber: number, prices: boolean): PurchaseLine {
  const said = prices && input.unitPrice !== undefined
  return {
    lineNumber,
    supplierPartId: input.supplierPartId,
    quantity: input.quantity,
    description: input.description ?? input.supplierPartId,
    unit: input.unit ?? 'EA',
    unitPrice: said ? (input.unitPrice ?? null) : null,
    priceUnit: (said && input.priceUnit) || '1',
    priceFrom: said ? 'storefront' : null,
    netAmount: null,
    taxAmount: prices ? (input.taxAmount ?? '0') : '0',
    productGroup: prices ? (input.productGroup ?? null) : null,
    catalogue: prices ? (input.catalogue ?? null) : null,
    requestedDate: input.requestedDate ?? null,
    note: input.note ?? null,
    shares: input.shares.map((share) => ({ ...share, netAmount: null })),
    problem: null,
  }
}

/** The line with its net amount, shared out to the last minor unit. Amounts that do not come to it are the line's problem. */
export function withAmounts(line: PurchaseLine, currency: string): PurchaseLine {
  if (line.unitPrice === null) {
    const shares = line.shares.map((s) => ({ ...s, netAmount: null }))
    return { ...line, netAmount: null, shares, problem: line.problem ?? 'No price is known for this part.' }
  }
  const { quantity: ordered, priceUnit } = line
  const net = lineAmount({ quantity: ordered, unitPrice: { amount: line.unitPrice, currency }, priceUnit })
  const amounts = line.shares.flatMap((s) => (s.amount === undefined ? [] : [s.amount]))
  const fine = amounts.every((a) => compareDecimals(a, roundDecimal(a, currencyDecimals(currency))) === 0)
  const off = amounts.length > 0 && (!fine || compareDecimals(addDecimals(...amounts), net) !== 0)
  const parts =
    amounts.length > 0
      ? amounts
      : shareOut(
          net,
          line.shares.map((s) => s.percent ?? '0'),
          currency,
        )
  return {
    ...line,
    netAmount: net,
    shares: line.shares.map((s, i) => ({ ...s, netAmount: parts[i] ?? '0' })),
    problem: off ? `The shares of line ${line.lineNumber} do not come to its ${net} ${currency}.` : line.problem,
  }
}

export interface Totals {
  netAmount: string
  taxAmount: string
  totalAmount: string
}

/** Sums of priced lines; lines without a price count nothing. */
export function totalsOf(lines: readonly PurchaseLine[], currency: string): Totals {
  const decimals = currencyDecimals(currency)
  const netAmount = roundDecimal(addDecimals(...lines.map((l) => l.netAmount ?? '0')), decimals)
  const taxAmount = roundDecimal(addDecimals(...lines.map((l) => l.taxAmount)), decimals)
  return { netAmount, taxAmount, totalAmount: addDecimals(netAmount, taxAmount) }
}

/** Throws HubError restricted naming every line that cannot be ordered as it stands. */
export function assertOrderable(lines: readonly PurchaseLine[]): void {
  if (lines.length === 0) throw new HubError('invalid_input', 'There are no lines in it.')
  const problems = lines.filter((l) => l.problem !== null)
  if (problems.length > 0)
    throw new HubError('restricted', problems.map((l) => `Line ${l.lineNumber}: ${l.problem}`).join(' '), {
      details: problems.map(({ lineNumber, supplierPartId, problem }) => ({ lineNumber, supplierPartId, problem })),
    })
}

/** What the lines charge: one per cost centre and project. */
export function chargesOfLines(
  whose: Pick<Charge, 'accountId' | 'membershipId' | 'currency'>,
  lines: readonly PurchaseLine[],
): Charge[] {
  const parts = lines.flatMap((l) =>
    l.shares.length > 0
      ? l.shares.map((s) => ({ costCentre: s.costCentre, project: s.project, net: s.netAmount ?? '0' }))
      : [{ costCentre: null, project: null, net: l.netAmount ?? '0' }],
  )
  return chargesOf(whose, parts, { tax: totalsOf(lines, whose.currency).taxAmount, shipping: '0' })
}

/** Codes of the shares, each once. */
export function codesOf(lines: readonly PurchaseLine[], name: 'costCentre' | 'project'): string[] {
  return [...new Set(lines.flatMap((l) => l.shares.flatMap((s) => s[name] ?? [])))]
}
