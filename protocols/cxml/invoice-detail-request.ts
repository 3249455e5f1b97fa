// InvoiceDetailRequest: invoices, credit memos and debit memos (InvoiceDetail.dtd 1.2.071, "InvoiceDetailRequest").
import { checkedShape } from './checked-shape.ts'
import { type Amount, amount, type Tax, tax } from './elements.ts'
import {
  discount,
  type InvoiceDetailDiscount,
  type ShippingAmount,
  type SpecialHandling,
  shippingAmount,
  specialHandlingAmount,
} from './invoice-detail-charges.ts'
import { type InvoiceDetailRequestHeader, invoiceDetailRequestHeader } from './invoice-detail-header.ts'
import {
  type InvoiceDetailHeaderOrder,
  type InvoiceDetailOrder,
  invoiceDetailHeaderOrder,
  invoiceDetailOrder,
  type LineAmounts,
} from './invoice-detail-order.ts'
import { many, one, type Reader, shapeOf } from './shape.ts'
import type { Keeps } from './xml-element.ts'

/** Every amount negative in a credit memo. */
export interface InvoiceDetailSummary extends Keeps {
  subtotalAmount: Amount
  /** One TaxDetail per category and rate. */
  tax: Tax
  specialHandlingAmount?: SpecialHandling
  shippingAmount?: ShippingAmount
  grossAmount?: Amount
  discount?: InvoiceDetailDiscount
  totalCharges?: Amount
  totalAllowances?: Amount
  totalAmountWithoutTax?: Amount
  netAmount: Amount
  depositAmount?: Amount
  /** Net less deposit. */
  dueAmount?: Amount
}

export interface InvoiceDetailRequest extends Keeps {
  type: 'InvoiceDetailRequest'
  header: InvoiceDetailRequestHeader
  /** One of these two, with one order at least. */
  orders?: InvoiceDetailOrder[]
  headerOrders?: InvoiceDetailHeaderOrder[]
  summary: InvoiceDetailSummary
}

const summary = shapeOf<InvoiceDetailSummary>('InvoiceDetailSummary', {
  children: [
    one(amount('SubtotalAmount'), 'subtotalAmount', { required: 'refuse' }),
    one(tax, 'tax', { required: 'refuse' }),
    one(specialHandlingAmount, 'specialHandlingAmount'),
    one(shippingAmount, 'shippingAmount'),
    one(amount('GrossAmount'), 'grossAmount'),
    one(discount, 'discount'),
    'InvoiceHeaderModifications',
    'InvoiceDetailSummaryLineItemModifications',
    one(amount('TotalCharges'), 'totalCharges'),
    one(amount('TotalAllowances'), 'totalAllowances'),
    one(amount('TotalAmountWithoutTax'), 'totalAmountWithoutTax'),
    one(amount('NetAmount'), 'netAmount', { required: 'refuse' }),
    one(amount('DepositAmount'), 'depositAmount'),
    one(amount('DueAmount'), 'dueAmount'),
    'InvoiceDetailSummaryIndustry',
  ],
})

export const invoiceDetailRequest = checkedShape(
  shapeOf<InvoiceDetailRequest>('InvoiceDetailRequest', {
    constants: { type: 'InvoiceDetailRequest' },
    children: [
      one(invoiceDetailRequestHeader, 'header', { required: 'refuse' }),
      many(invoiceDetailOrder, 'orders'),
      many(invoiceDetailHeaderOrder, 'headerOrders'),
      one(summary, 'summary', { required: 'refuse' }),
    ],
  }),
  (invoice, reader) => {
    checkOrders(invoice, reader)
    checkIndicators(invoice, reader)
  },
)

function checkOrders({ header, orders, headerOrders }: InvoiceDetailRequest, reader: Reader): void {
  if (!orders && !headerOrders) reader.find('missing', 'InvoiceDetailOrder', 'The invoice bills nothing.')
  if (orders && headerOrders)
    reader.find('repeated', 'InvoiceDetailHeaderOrder', 'The invoice bills by line and by order; only one may be.')
  if (headerOrders && !header.headerIndicator.isHeaderInvoice)
    reader.find(
      'missing',
      'InvoiceDetailRequestHeader/InvoiceDetailHeaderIndicator/@isHeaderInvoice',
      'The invoice bills by order, but is no header invoice.',
    )
  if (orders && header.headerIndicator.isHeaderInvoice)
    reader.find(
      'unknown-value',
      'InvoiceDetailRequestHeader/InvoiceDetailHeaderIndicator/@isHeaderInvoice',
      'A header invoice bills by order, not by line.',
    )
}

/** Without its indicator, the buyer ignores what a line states: such an invoice is read otherwise than it was meant. */
function checkIndicators({ header, orders = [], headerOrders = [] }: InvoiceDetailRequest, reader: Reader): void {
  const items = orders.flatMap((o) => o.items)
  const lines: LineAmounts[] = [...items, ...headerOrders.map((o) => o.orderSummary)]
  const stated = {
    isTaxInLine: lines.some((l) => l.tax),
    isSpecialHandlingInLine: lines.some((l) => l.specialHandling),
    isShippingInLine: lines.some((l) => l.shipping),
    isDiscountInLine: lines.some((l) => l.discount),
    isAccountingInLine: items.some((i) => i.distributions),
  }
  for (const [name, isStated] of Object.entries(stated))
    if (isStated && !header.lineIndicator[name as keyof typeof stated])
      reader.find(
        'missing',
        `InvoiceDetailRequestHeader/InvoiceDetailLineIndicator/@${name}`,
        `Lines state it, but without ${name} that is ignored.`,
      )
}
