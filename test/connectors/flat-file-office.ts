// The ERP behind the drop folder, for the tests: it takes orders from out/ and lays down what changed in in/, as partners' programs
// do. Its books are the memory ERP's; nothing here is the connector's code.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import iconv from 'iconv-lite'
import type { ErpAddress, ErpInvoice, ErpOrderDraft, ErpShipment, StreamName } from '../../connectors/connector.ts'
import { streamNames } from '../../connectors/connector.ts'
import { invoicePdf } from '../../connectors/memory/invoice-pdf.ts'
import type { MemoryErp } from '../../connectors/memory/memory-erp.ts'

export interface FileStyle {
  type: 'csv' | 'json'
  encoding: 'utf-8' | 'windows-1252'
  delimiter: string
  decimalComma: boolean
  germanDates: boolean
}

export const plainJson: FileStyle = {
  type: 'json',
  encoding: 'utf-8',
  delimiter: ',',
  decimalComma: false,
  germanDates: false,
}
export const germanCsv: FileStyle = {
  type: 'csv',
  encoding: 'windows-1252',
  delimiter: ';',
  decimalComma: true,
  germanDates: true,
}

type Cell = string | number | boolean | null
type Cells = Record<string, Cell>
type Nested = { lines?: Cells[] } & { [name: string]: Cell | Cells[] | undefined }

const fileNames: Record<StreamName, string> = {
  orders: 'orders',
  shipments: 'shipments',
  invoices: 'invoices',
  openItems: 'open-items',
  balances: 'balances',
  creditLimits: 'credit-limits',
  customers: 'customers',
  shipTos: 'ship-tos',
  prices: 'prices',
}

export interface Office {
  /** Takes the orders from out/, and lays down what changed. */
  work(): Promise<void>
}

export function makeOffice(root: string, erp: MemoryErp, style: FileStyle): Office {
  const places = new Map<StreamName, number>()
  let files = 0
  for (const folder of ['in', 'out', 'pdf']) mkdirSync(join(root, folder), { recursive: true })

  function takeOrders(): void {
    for (const name of readdirSync(join(root, 'out')).filter((file) => file.startsWith('order-'))) {
      const path = join(root, 'out', name)
      const { onceKey, ...draft } = readOrder(readFileSync(path), style)
      erp.takeOrder(draft, onceKey)
      rmSync(path)
    }
  }

  function layDown(stream: StreamName): void {
    const rows: Nested[] = []
    for (const change of erp.changesFrom(stream, places.get(stream) ?? 0)) {
      places.set(stream, change.next)
      if (stream === 'invoices' && change.record) writePdf(change.record as ErpInvoice)
      rows.push(change.record ? flatten(change.record) : { id: change.id, number: change.id, deleted: '1' })
    }
    if (rows.length === 0) return
    files++
    const name = `${fileNames[stream]}-${files.toString().padStart(6, '0')}.${style.type}`
    writeFileSync(join(root, 'in', `.${name}`), style.type === 'json' ? JSON.stringify(rows) : csvOf(rows, style))
    renameSync(join(root, 'in', `.${name}`), join(root, 'in', name))
  }

  function writePdf(invoice: ErpInvoice): void {
    writeFileSync(join(root, 'pdf', `${invoice.erpId}.pdf`), invoicePdf(invoice))
  }

  return {
    async work() {
      takeOrders()
      streamNames.forEach(layDown)
    },
  }
}

/** Addresses become columns, lines rows; names are the connector's (connectors/flat-file/README.md). */
function flatten(record: object): Nested {
  const { lines, parcels, taxes, trackingNumbers, ...header } = record as unknown as ErpInvoice & ErpShipment
  return { ...flat(header), ...(lines && { lines: lines.map((line) => ({ ...flatLine(line), ...aside(line) })) }) }

  function aside(line: { erpLineId: string; taxCategory?: string; taxRatePercent?: string }): Cells {
    const parcel = parcels?.find((p) => p.lines.some((l) => l.erpLineId === line.erpLineId))
    const tax = taxes?.find((t) => t.category === line.taxCategory && t.ratePercent === line.taxRatePercent)
    const sharers = lines.filter((l) => l.taxCategory === line.taxCategory && l.taxRatePercent === line.taxRatePercent)
    return {
      ...(parcel && { parcelNumber: parcel.number, trackingNumber: parcel.trackingNumber }),
      ...(tax && {
        taxDescription: tax.description,
        taxExemptionReason: tax.exemptionReason,
        lineTaxAmount: sharers[0]?.erpLineId === line.erpLineId ? tax.taxAmount : '0.00',
      }),
    }
  }
}

const renamed: Record<string, string> = {
  erpId: 'id',
  erpLineId: 'lineId',
  orderErpId: 'orderNumber',
  orderLineErpId: 'orderLineId',
  shipmentErpId: 'shipmentNumber',
}

function flat(record: object): Cells {
  const cells: Cells = {}
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'object' && value !== null) Object.assign(cells, addressCells(name, value as ErpAddress))
    else cells[renamed[name] ?? name] = value
  }
  return cells
}

function flatLine(line: object): Cells {
  const { netAmount, ...cells } = flat(line)
  return netAmount === undefined ? cells : { ...cells, lineNetAmount: netAmount }
}

function addressCells(prefix: string, address: ErpAddress): Cells {
  const { addressId, name, street, city, state, postalCode, countryCode, email, phone } = address
  const cells = {
    ...{ Id: addressId, Name: name, Street: street.join(' | '), City: city, State: state },
    ...{ PostalCode: postalCode, Country: countryCode, Email: email, Phone: phone },
  }
  return Object.fromEntries(Object.entries(cells).map(([key, value]) => [prefix + key, value]))
}

const NUMBER = /Amount$|Price$|[qQ]uantity$|^(balance|limit|openOrders|priceUnit|taxRatePercent|amount)$/
const DATE = /Date$|^(date|validFrom|validTo|orderedAt)$/

function csvOf(rows: Nested[], style: FileStyle): Buffer {
  const all = rows.flatMap(({ lines = [{}], ...header }) => lines.map((line) => ({ ...(header as Cells), ...line })))
  const shown = all.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(name, value, style)])),
  )
  const columns = [...new Set(shown.flatMap(Object.keys))]
  return iconv.encode(stringify(shown, { header: true, columns, delimiter: style.delimiter }), style.encoding)
}

function cellOf(name: string, value: Cell, { decimalComma, germanDates }: FileStyle): string {
  const text = value === null ? '' : String(value)
  if (decimalComma && NUMBER.test(name)) return text.replace('.', ',')
  return germanDates && DATE.test(name) && /^\d{4}-\d\d-\d\d$/.test(text) ? text.split('-').reverse().join('.') : text
}

function readOrder(bytes: Buffer, style: FileStyle): ErpOrderDraft & { onceKey: string } {
  if (style.type === 'json') return JSON.parse(bytes.toString())
  const rows = parse<Record<string, string>>(iconv.decode(bytes, style.encoding), {
    columns: true,
    delimiter: style.delimiter,
  })
  const [first = {}] = rows
  const text = (row: Record<string, string>, name: string) => row[name] || null
  const need = (row: Record<string, string>, name: string) => row[name] ?? ''
  const decimal = (row: Record<string, string>, name: string) => text(row, name)?.replace(',', '.') ?? null
  const date = (row: Record<string, string>, name: string) => text(row, name)?.split('.').reverse().join('-') ?? null
  const address = (name: string) => text(first, `shipTo${name}`)
  return {
    onceKey: need(first, 'onceKey'),
    customerNumber: need(first, 'customerNumber'),
    purchaseOrderNumber: need(first, 'purchaseOrderNumber'),
    channel: need(first, 'channel') as ErpOrderDraft['channel'],
    orderDate: date(first, 'orderDate') ?? '',
    currency: need(first, 'currency'),
    requestedDeliveryDate: date(first, 'requestedDeliveryDate'),
    shipTo: address('Name') && {
      ...{ addressId: address('Id'), name: address('Name') ?? '', street: address('Street')?.split(' | ') ?? [] },
      ...{ city: address('City'), state: address('State'), postalCode: address('PostalCode') },
      ...{ countryCode: address('Country'), email: address('Email'), phone: address('Phone') },
    },
    contact: { name: text(first, 'contactName'), email: text(first, 'contactEmail') },
    comments: text(first, 'comments'),
    shippingAmount: decimal(first, 'shippingAmount'),
    lines: rows.map((row) => ({
      lineNumber: Number(row.lineNumber),
      itemNumber: need(row, 'itemNumber'),
      description: need(row, 'description'),
      quantity: decimal(row, 'quantity') ?? '',
      unitOfMeasure: need(row, 'unitOfMeasure'),
      unitPrice: decimal(row, 'unitPrice'),
      priceUnit: decimal(row, 'priceUnit') ?? '1',
      requestedDeliveryDate: null,
      comments: text(row, 'lineComments'),
    })),
  } as ErpOrderDraft & { onceKey: string }
}
