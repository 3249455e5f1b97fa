// Stream of customer invoices from the moment they have a number. Tryton's credit notes are invoices with negative quantities; here
// their amounts are positive and the kind says the direction.
import type { ErpInvoice, ErpInvoiceLine, ErpTax } from '../connector.ts'
import { add, compare, multiplyDivide, negate } from '../decimal.ts'
import { type AddressRow, addressFields, toErpAddress } from './addresses.ts'
import { changedAt, type RecordStream } from './changes.ts'
import type { TrytonConnection } from './connection.ts'
import type { CallOptions } from './json-rpc.ts'
import type { Unit } from './units.ts'
import { floatText, priceText } from './values.ts'

interface Times {
  write_date: string | null
  create_date: string
}
interface TaxRow {
  name: string
  /** 0.21; null where it is no percentage. */
  rate: string | null
  legal_notice: string | null
  unece_category_code?: string | null
}
interface LineRow {
  id: number
  type: string
  /** `sale.line,12`, or of the invoice line that is credited `account.invoice.line,12`. */
  origin: string | null
  product: { code: string | null; name: string } | null
  description: string | null
  quantity: number | null
  unit: number | null
  unit_price: string | null
  amount: string | null
  taxes: TaxRow[]
  stock_moves: { shipment: string | null }[]
}
interface InvoiceRow extends Times {
  number: string
  reference: string | null
  state: 'posted' | 'paid' | 'cancelled'
  invoice_date: string
  party: { code: string; name: string | null }
  currency: { code: string }
  untaxed_amount: string
  tax_amount: string
  total_amount: string
  amount_to_pay: string
  payment_term: { name: string } | null
  invoice_address: AddressRow | null
  lines_to_pay: (Times & { maturity_date: string | null })[]
  lines: LineRow[]
  taxes: { base: string; amount: string; description: string; legal_notice: string | null; tax: TaxRow | null }[]
}
/** Where an invoice's lines come from, by the text of their origin. */
interface Origin {
  saleLine: number
  sale: number
  reference: string | null
}
interface Origins {
  ofSaleLines: Map<string, Origin>
  /** Invoice lines that are credited: number of their invoice and their own origin. */
  credited: Map<string, { number: string | null; origin: string | null }>
}

const times = ['write_date', 'create_date']
const below = (path: string, fields: readonly string[]) => fields.map((field) => `${path}.${field}`)

export async function invoices(connection: TrytonConnection): Promise<RecordStream<'invoices'>> {
  const { client, units, has } = connection
  const { id: company } = await connection.company()
  const tax = ['name', 'rate', 'legal_notice', ...((await has('edocument_unece')) ? ['unece_category_code'] : [])]
  const fields = [
    ...['number', 'reference', 'state', 'invoice_date', 'party.code', 'party.name', 'currency.code', ...times],
    ...['untaxed_amount', 'tax_amount', 'total_amount', 'amount_to_pay', 'payment_term.name'],
    ...[...addressFields('invoice_address.'), ...below('lines_to_pay', ['maturity_date', ...times])],
    ...below('lines', [
      'type',
      'origin',
      'product.code',
      'product.name',
      'description',
      'quantity',
      'unit',
      'unit_price',
    ]),
    ...below('lines', ['amount', ...below('taxes', tax), 'stock_moves.shipment']),
    ...below('taxes', ['base', 'amount', 'description', 'legal_notice', ...below('tax', tax)]),
  ]
  const own = [
    ['company', '=', company],
    ['type', '=', 'out'],
  ]
  return {
    model: 'account.invoice',
    domain: [...own, ['state', 'in', ['posted', 'paid', 'cancelled']], ['number', '!=', null]],
    customerNumber: 'party.code',
    traces: [
      { model: 'account.invoice', domain: own },
      // Payments and what is reconciled with them.
      {
        model: 'account.move.line',
        domain: [
          ['move.company', '=', company],
          ['move.origin', 'like', 'account.invoice,%'],
          ['account.type.receivable', '=', true],
        ],
        path: 'move_origin',
      },
    ],
    async read(domain, options, limit) {
      const rows = await client.read<InvoiceRow>('account.invoice', domain, fields, { ...options, limit })
      const origins = await originsOf(connection, rows, options)
      const records: ErpInvoice[] = []
      for (const row of rows) {
        const known = new Map<number, Unit>()
        for (const { unit } of row.lines) if (unit !== null) known.set(unit, await units.byId(unit))
        records.push(toErpInvoice(row, known, origins))
      }
      return records
    },
  }
}

async function originsOf({ client }: TrytonConnection, rows: InvoiceRow[], options: CallOptions): Promise<Origins> {
  const texts = rows.flatMap((row) => row.lines.flatMap((line) => line.origin ?? []))
  const lines = await client.read<{ invoice: { number: string | null } | null; origin: string | null }>(
    'account.invoice.line',
    [['id', 'in', idsOf('account.invoice.line', texts)]],
    ['invoice.number', 'origin'],
    options,
  )
  const credited = new Map(
    lines.map((line) => [
      `account.invoice.line,${line.id}`,
      { number: line.invoice?.number ?? null, origin: line.origin },
    ]),
  )
  const all = [...texts, ...lines.flatMap((line) => line.origin ?? [])]
  const saleLines = await client.read<{ sale: { id: number; reference: string | null } }>(
    'sale.line',
    [['id', 'in', idsOf('sale.line', all)]],
    ['sale.reference'],
    options,
  )
  const ofSaleLines = new Map(
    saleLines.map(({ id, sale }) => [
      `sale.line,${id}`,
      { saleLine: id, sale: sale.id, reference: sale.reference || null },
    ]),
  )
  return { ofSaleLines, credited }
}

function idsOf(model: string, origins: string[]): number[] {
  const ids = origins.filter((text) => text.startsWith(`${model},`)).map((text) => Number(text.split(',')[1]))
  return [...new Set(ids)]
}

function toErpInvoice(row: InvoiceRow & { id: number }, units: Map<number, Unit>, origins: Origins): ErpInvoice {
  const isCredit = compare(row.total_amount, '0') < 0
  const signed = (amount: string) => (isCredit ? negate(amount) : amount)
  const rows = row.lines.filter((line) => line.type === 'line')
  const lines = rows.map((line, i) => toErpLine(line, i + 1, signed, units, origins))
  const originOf = (line: LineRow) => saleOf(line, origins)
  return {
    erpId: String(row.id),
    number: row.number,
    kind: isCredit ? 'credit-note' : 'invoice',
    customerNumber: row.party.code,
    state: row.state === 'posted' ? 'open' : row.state,
    invoiceDate: row.invoice_date,
    // Where it is to be paid in parts, when the last is due.
    dueDate:
      row.lines_to_pay
        .flatMap((line) => line.maturity_date ?? [])
        .toSorted()
        .at(-1) ?? null,
    currency: row.currency.code,
    netAmount: signed(row.untaxed_amount),
    taxAmount: signed(row.tax_amount),
    totalAmount: signed(row.total_amount),
    openAmount: row.state === 'posted' ? signed(row.amount_to_pay) : '0',
    paymentTerms: row.payment_term?.name ?? null,
    purchaseOrderNumber: only(rows.flatMap((line) => originOf(line)?.reference ?? [])) ?? (row.reference || null),
    correctsNumber: only(rows.flatMap((line) => origins.credited.get(line.origin ?? '')?.number ?? [])) ?? null,
    billTo: row.invoice_address ? toErpAddress(row.invoice_address, row.party.name || row.party.code) : null,
    lines,
    taxes: taxesOf(row, lines, signed),
    changedAt: changedAt(row, ...row.lines_to_pay),
  }
}

/** The value that all have; undefined where they differ, or there is none. */
const only = (values: string[]) => (new Set(values).size === 1 ? values[0] : undefined)

/** The sale line that an invoice line is of, or the one it credits. */
function saleOf({ origin }: LineRow, { ofSaleLines, credited }: Origins): Origin | undefined {
  return ofSaleLines.get(origin ?? '') ?? ofSaleLines.get(credited.get(origin ?? '')?.origin ?? '')
}

function toErpLine(
  line: LineRow,
  lineNumber: number,
  signed: (amount: string) => string,
  units: Map<number, Unit>,
  origins: Origins,
): ErpInvoiceLine {
  const unit = units.get(line.unit ?? -1)
  const origin = saleOf(line, origins)
  const shipments = line.stock_moves.flatMap(
    (move) => /^stock\.shipment\.out,(\d+)$/.exec(move.shipment ?? '')?.[1] ?? [],
  )
  const [tax] = line.taxes
  return {
    lineNumber,
    erpLineId: String(line.id),
    orderErpId: origin ? String(origin.sale) : null,
    orderLineErpId: origin ? String(origin.saleLine) : null,
    shipmentErpId: only(shipments) ?? null,
    itemNumber: line.product?.code || null,
    description: line.description || (line.product?.name ?? ''),
    quantity: signed(floatText(line.quantity, unit?.digits ?? 4)),
    unitOfMeasure: unit?.code ?? 'C62',
    unitPrice: priceText(line.unit_price ?? '0'),
    priceUnit: '1',
    netAmount: signed(line.amount ?? '0'),
    taxCategory: categoryOf(tax),
    taxRatePercent: percentOf(tax),
  }
}

/** One entry per category and rate, as EN 16931 wants it (BG-23). */
function taxesOf(row: InvoiceRow, lines: ErpInvoiceLine[], signed: (amount: string) => string): ErpTax[] {
  const taxes = new Map<string, ErpTax>()
  for (const { base, amount, description, legal_notice, tax } of row.taxes) {
    const [category, ratePercent] = [categoryOf(tax ?? undefined), percentOf(tax ?? undefined)]
    const key = `${category} ${ratePercent}`
    const known = taxes.get(key)
    const reason = legal_notice || tax?.legal_notice || tax?.name || description
    taxes.set(key, {
      category,
      ratePercent,
      description,
      exemptionReason: 'SZ'.includes(category) ? null : reason,
      taxableAmount: add(known?.taxableAmount ?? '0', signed(base)),
      taxAmount: add(known?.taxAmount ?? '0', signed(amount)),
    })
  }
  const untaxed = lines.filter((line) => !taxes.has(`${line.taxCategory} ${line.taxRatePercent}`))
  for (const { taxCategory: category, taxRatePercent: ratePercent } of untaxed) {
    const key = `${category} ${ratePercent}`
    const same = untaxed.filter((line) => `${line.taxCategory} ${line.taxRatePercent}` === key)
    const taxableAmount = add(...same.map((line) => line.netAmount))
    const exemptionReason = 'SZ'.includes(category) ? null : 'Not subject to VAT'
    taxes.set(key, { category, ratePercent, description: null, exemptionReason, taxableAmount, taxAmount: '0' })
  }
  return [...taxes.values()]
}

/** UNCL5305 has more than EN 16931 takes: lower, higher and mixed rates are standard there. */
const asStandard = new Set(['A', 'AA', 'H'])
const categories = new Set(['S', 'Z', 'E', 'AE', 'K', 'G', 'O'])

/** Where the module edocument_unece doesn't say: a rate is standard, none is exempt, no tax at all is outside of it. */
function categoryOf(tax: TaxRow | undefined): string {
  if (!tax) return 'O'
  const code = tax.unece_category_code
  if (code && asStandard.has(code)) return 'S'
  if (code && categories.has(code)) return code
  return compare(tax.rate ?? '0', '0') > 0 ? 'S' : 'E'
}

function percentOf(tax: TaxRow | undefined): string {
  const percent = multiplyDivide(tax?.rate ?? '0', '100', '1', 4)
  return percent.replace(/\.?0+$/, '') || '0'
}
