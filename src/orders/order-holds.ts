// What an order is held for, before it goes to the ERP: all reasons at once, each in words. Pure.
import type { Violation } from '../accounts/restrictions.ts'
import { addDecimals, compareDecimals, multiplyDecimals } from '../money.ts'
import type { OrderPolicy } from '../partners/partner.ts'
import type { Hold, OrderContent, OrderDifference } from './order.ts'

export interface Weighing {
  content: OrderContent
  mode: 'test' | 'production'
  policy: OrderPolicy
  differences: readonly OrderDifference[]
  /** Why it is over the credit; null = it isn't. */
  overCredit: string | null
  /** What its person or company may not order, or not for this or to there. */
  violations: readonly Violation[]
  customerNumber: string | null
  connectionId: string | null
}

/** Empty = it goes on. */
export function holdsOf(weighing: Weighing): Hold[] {
  const { policy, overCredit } = weighing
  const holds: Hold[] = []
  if (weighing.mode === 'test' && policy.testOrders === 'hold')
    holds.push({ reason: 'test', message: 'A test order: release it to send it to the ERP.' })
  if (!weighing.connectionId)
    holds.push({ reason: 'no-connection', message: 'No ERP is connected: add a connection, then release the order.' })
  else if (!weighing.customerNumber)
    holds.push({
      reason: 'no-customer',
      message: 'No company account with a customer number of the ERP: tie the order to one, then release it.',
    })
  if (overCredit && policy.overCredit === 'hold') holds.push({ reason: 'credit', message: overCredit })
  if (weighing.violations.length > 0)
    holds.push({ reason: 'restricted', message: weighing.violations.map((v) => v.message).join(' ') })
  const unpriced = unpricedLines(weighing)
  if (unpriced.length > 0)
    holds.push({ reason: 'no-price', message: `No price on line ${unpriced.map((l) => l.lineNumber).join(', ')}.` })
  const serious = weighing.differences.filter((d) => policy.holdOn.includes(d.field) && !tolerated(d, policy))
  const strangers = serious.filter((d) => d.field === 'line')
  if (strangers.length > 0)
    holds.push({
      reason: 'not-from-cart',
      message: `Not from a cart of this partner: line ${strangers.map((d) => d.lineNumber).join(', ')}.`,
    })
  const changed = serious.filter((d) => d.field !== 'line')
  if (changed.length > 0) holds.push({ reason: 'difference', message: changed.map(inWords).join(' ') })
  return holds
}

/** Lines for nothing that no cart had so: their price was lost. Of a composite one side has it, a limit is no price to be held for. */
function unpricedLines({ content, differences }: Weighing): OrderContent['lines'] {
  const isParent = (lineNumber: number) => content.lines.some((l) => l.parentLineNumber === lineNumber)
  return content.lines.filter(
    (l) =>
      compareDecimals(l.unitPrice, '0') === 0 &&
      compareDecimals(l.netAmount, '0') === 0 &&
      l.parentLineNumber === null &&
      !isParent(l.lineNumber) &&
      differences.some((d) => d.lineNumber === l.lineNumber && d.field === 'line'),
  )
}

function tolerated(difference: OrderDifference, policy: OrderPolicy): boolean {
  const { field, cartValue, orderValue } = difference
  if (field !== 'unitPrice' || cartValue === null || orderValue === null) return false
  const apart = addDecimals(orderValue, multiplyDecimals(cartValue, '-1'))
  const allowed = multiplyDecimals(cartValue.replace('-', ''), multiplyDecimals(policy.priceTolerancePercent, '0.01'))
  return compareDecimals(apart.replace('-', ''), allowed) <= 0
}

/** The fields of the differ as people say them. */
const names: Readonly<Record<OrderDifference['field'], string>> = {
  supplierPartId: 'part number',
  buyerPartId: 'buyer’s part number',
  quantity: 'quantity',
  unit: 'unit',
  unitPrice: 'price',
  priceUnit: 'price unit',
  currency: 'currency',
  classification: 'classification',
  description: 'description',
  manufacturerPartId: 'manufacturer’s part number',
  line: 'line',
}

function inWords({ lineNumber, field, cartValue, orderValue }: OrderDifference): string {
  return `Line ${lineNumber}: the ${names[field]} was ${cartValue ?? 'nothing'} in the cart, is ${orderValue ?? 'nothing'} in the order.`
}
