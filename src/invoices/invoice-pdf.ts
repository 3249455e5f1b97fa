// An invoice or credit note as a page to read and print, where the ERP makes none. The lawful original is the ERP's, or the e-invoice.
import PDFDocument from 'pdfkit'
import type { Seller } from '../accounts/invoice-party.ts'
import type { Address } from '../cart.ts'
import { addDecimals } from '../money.ts'
import type { Invoice, InvoiceLine } from './invoice.ts'

export interface InvoicePage {
  invoice: Invoice
  lines: readonly InvoiceLine[]
  seller: Seller
  /** Brings a text to what the PDF's own fonts hold (windows-1252). */
  fit(text: string): string
}

const INK = '#1c2430'
const FAINT = '#66707c'
const RULE = '#d5dae0'
const LEFT = 56
const RIGHT = 539
const BOTTOM = 770
/** Left edges and widths of the table's columns, in points. */
const COLUMNS = {
  position: [LEFT, 24],
  item: [84, 214],
  quantity: [302, 64],
  price: [370, 72],
  tax: [446, 30],
  amount: [478, 61],
} as const
type Column = keyof typeof COLUMNS

/** The bytes of the PDF. The same invoice gives the same pages. */
export async function renderInvoicePdf(page: InvoicePage): Promise<Buffer> {
  const { invoice, seller } = page
  const title = invoice.kind === 'invoice' ? 'Invoice' : 'Credit note'
  const date = new Date(`${invoice.invoiceDate}T00:00:00Z`)
  const pdf = new PDFDocument({
    size: 'A4',
    margins: { top: 56, bottom: 40, left: LEFT, right: 56 },
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: {
      Title: page.fit(`${title} ${invoice.number}`),
      Author: page.fit(seller.party?.name ?? seller.name),
      CreationDate: date,
      ModDate: date,
    },
  })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((resolve, reject) => pdf.once('end', resolve).once('error', reject))
  writeHead(pdf, page, title)
  writeLines(pdf, page)
  writeTotals(pdf, page)
  writeFoot(pdf, page)
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

type Pdf = InstanceType<typeof PDFDocument>

function writeHead(pdf: Pdf, { invoice, seller, fit }: InvoicePage, title: string): void {
  const { party } = seller
  pdf
    .font('Helvetica-Bold')
    .fontSize(15)
    .fillColor(INK)
    .text(fit(party?.tradingName ?? party?.name ?? seller.name), LEFT, 52)
  const from = party && [
    [party.address.street, party.address.additionalStreet].filter(Boolean).join(', '),
    [party.address.postCode, party.address.city].filter(Boolean).join(' '),
    party.address.country,
  ]
  pdf.font('Helvetica').fontSize(8).fillColor(FAINT)
  if (from) pdf.text(fit(from.filter(Boolean).join('  ·  ')), LEFT, 72)
  pdf
    .fillColor(INK)
    .fontSize(10)
    .text(fit(addressLines(invoice).join('\n')), LEFT, 130, { width: 240, lineGap: 2 })

  const facts: [string, string | null][] = [
    ['Number', invoice.number],
    ['Date', invoice.invoiceDate],
    ['Due', invoice.kind === 'invoice' ? invoice.dueDate : null],
    ['Your order', invoice.poNumber],
    ['Corrects', invoice.correctsNumber],
    ['Customer', invoice.customerNumber],
  ]
  let y = 130
  for (const [label, value] of facts) {
    if (!value) continue
    pdf.fillColor(FAINT).text(label, 350, y, { width: 70 })
    pdf.fillColor(INK).text(fit(value), 424, y, { width: RIGHT - 424, align: 'right' })
    y = Math.max(y + 15, pdf.y + 2)
  }
  pdf
    .font('Helvetica-Bold')
    .fontSize(20)
    .text(fit(title), LEFT, Math.max(y + 20, 240))
  pdf.y += 10
}

function addressLines({ billTo, customerNumber }: Invoice): string[] {
  if (!billTo) return [`Customer ${customerNumber}`]
  return addressOf(billTo).filter((line) => line !== '')
}

function addressOf(a: Address): string[] {
  const place = [a.postalCode, a.city].filter(Boolean).join(' ')
  return [a.name, ...(a.deliverTo ?? []), ...(a.street ?? []), place, a.state ?? '', a.countryCode ?? '']
}

function cell(pdf: Pdf, column: Column, text: string, y: number, options: PDFKit.Mixins.TextOptions = {}): void {
  const [x, width] = COLUMNS[column]
  const align = column === 'position' || column === 'item' ? 'left' : 'right'
  pdf.text(text, x, y, { width, align, ...options })
}

function writeTableHead(pdf: Pdf, { invoice }: InvoicePage): void {
  const { y } = pdf
  pdf.font('Helvetica-Bold').fontSize(8).fillColor(FAINT)
  cell(pdf, 'position', 'No.', y)
  cell(pdf, 'item', 'Item', y)
  cell(pdf, 'quantity', 'Quantity', y)
  cell(pdf, 'price', 'Price', y)
  cell(pdf, 'tax', 'VAT', y)
  cell(pdf, 'amount', invoice.currency, y)
  rule(pdf, y + 13)
  pdf.y = y + 19
}

function rule(pdf: Pdf, y: number): void {
  pdf.moveTo(LEFT, y).lineTo(RIGHT, y).lineWidth(0.5).strokeColor(RULE).stroke()
}

function writeLines(pdf: Pdf, page: InvoicePage): void {
  const { lines, fit } = page
  writeTableHead(pdf, page)
  for (const line of lines) {
    pdf.font('Helvetica').fontSize(9)
    const text = fit(line.description)
    const height = pdf.heightOfString(text, { width: COLUMNS.item[1] }) + (line.supplierPartId ? 11 : 0) + 7
    if (pdf.y + height > BOTTOM) {
      pdf.addPage()
      writeTableHead(pdf, page)
      pdf.font('Helvetica').fontSize(9)
    }
    const { y } = pdf
    pdf.fillColor(INK)
    cell(pdf, 'position', String(line.lineNumber), y)
    cell(pdf, 'quantity', fit(`${plain(line.quantity)} ${line.unit}`), y)
    const per = plain(line.priceUnit) === '1' ? '' : ` / ${plain(line.priceUnit)}`
    cell(pdf, 'price', `${grouped(line.unitPrice)}${per}`, y)
    cell(pdf, 'tax', `${plain(line.taxRate)} %`, y)
    cell(pdf, 'amount', grouped(line.netAmount), y)
    cell(pdf, 'item', text, y)
    if (line.supplierPartId) {
      pdf.fontSize(8).fillColor(FAINT)
      cell(pdf, 'item', fit(line.supplierPartId), pdf.y + 1)
    }
    pdf.y = Math.max(y + height, pdf.y + 6)
  }
  rule(pdf, pdf.y)
  pdf.y += 8
}

function writeTotals(pdf: Pdf, { invoice, lines, fit }: InvoicePage): void {
  const { currency } = invoice
  const beyond = addDecimals(invoice.netAmount, ...lines.map((line) => turned(line.netAmount)))
  const rounding = addDecimals(invoice.totalAmount, turned(invoice.netAmount), turned(invoice.taxAmount))
  const rows: [string, string][] = [
    ...(/[1-9]/.test(beyond) ? [['Freight, discounts and other', beyond] as [string, string]] : []),
    ['Net', invoice.netAmount],
    ...invoice.taxes.map((tax): [string, string] => [
      fit(tax.description ?? `VAT ${plain(tax.ratePercent)} % on ${grouped(tax.taxableAmount)}`),
      tax.taxAmount,
    ]),
    ...(invoice.taxes.length === 0 ? [['VAT', invoice.taxAmount] as [string, string]] : []),
    ...(/[1-9]/.test(rounding) ? [['Rounding', rounding] as [string, string]] : []),
  ]
  if (pdf.y + rows.length * 15 + 80 > BOTTOM) pdf.addPage()
  pdf.font('Helvetica').fontSize(9)
  for (const [label, value] of rows) total(pdf, label, grouped(value))
  pdf.font('Helvetica-Bold').fontSize(11)
  total(pdf, `Total ${currency}`, grouped(invoice.totalAmount))
  pdf.font('Helvetica').fontSize(9).fillColor(INK)
  const reasons = invoice.taxes.flatMap((tax) => tax.exemptionReason ?? [])
  const words = [...reasons, ...(invoice.paymentTerms ? [`Payment: ${invoice.paymentTerms}`] : [])]
  if (words.length > 0) pdf.text(fit(words.join('\n')), LEFT, pdf.y + 16, { width: RIGHT - LEFT, lineGap: 2 })
}

function total(pdf: Pdf, label: string, value: string): void {
  const { y } = pdf
  pdf.fillColor(FAINT).text(label, 250, y, { width: 200, align: 'right' })
  pdf.fillColor(INK).text(value, 456, y, { width: RIGHT - 456, align: 'right' })
  pdf.y = y + 16
}

function writeFoot(pdf: Pdf, { seller: { party }, fit }: InvoicePage): void {
  const bank = party?.bank && [`IBAN ${inFours(party.bank.iban)}`, party.bank.bic && `BIC ${party.bank.bic}`]
  const facts = [
    party?.name,
    party?.legalForm,
    party?.legalId && `Register ${party.legalId.id}`,
    party?.vatId && `VAT ${party.vatId}`,
    party?.taxRegistrationId && `Tax no. ${party.taxRegistrationId}`,
    ...(bank || []),
    party?.contact?.email,
    party?.contact?.phone,
  ]
  const text = fit(facts.filter(Boolean).join('  ·  '))
  const { start, count } = pdf.bufferedPageRange()
  for (let i = start; i < start + count; i++) {
    pdf.switchToPage(i)
    // The foot stands in the margin, where text would begin a new page.
    pdf.page.margins.bottom = 0
    pdf.font('Helvetica').fontSize(7).fillColor(FAINT)
    pdf.text(text, LEFT, 786, { width: 400, height: 24, ellipsis: true })
    pdf.text(`${i - start + 1} / ${count}`, RIGHT - 60, 786, { width: 60, align: 'right' })
  }
}

const turned = (decimal: string) => (decimal.startsWith('-') ? decimal.slice(1) : `-${decimal}`)

/** "2.000" -> "2". */
const plain = (decimal: string) => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal)

/** "1234567.5" -> "1 234 567.50", with blanks that don't break. */
function grouped(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.')
  const digits = fraction.replace(/0+$/, '').padEnd(2, '0')
  return `${whole.replace(/\B(?=(\d{3})+$)/g, '\u00A0')}.${digits}`
}

const inFours = (iban: string) => iban.replace(/(.{4})(?=.)/g, '$1 ')
