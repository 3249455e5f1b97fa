// Files that come in: how they are read in every way partners write them, what happens to bad ones, and when they may go.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ErpConnector, StreamName } from '../../connectors/connector.ts'
import { flatFile } from '../../connectors/flat-file/flat-file.ts'
import { readDate, readDecimal } from '../../connectors/flat-file/text-format.ts'
import { erpSchemas } from './erp-schemas.ts'
import { pagesOf } from './following.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/erp/flat-file')
const NOW = new Date('2026-03-01T10:00:00Z')

function dropFolder(settings: Record<string, unknown> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'flat-file-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const folder of ['in', 'out']) mkdirSync(join(root, folder))
  const connect = (): ErpConnector =>
    flatFile.connect(flatFile.config.parse({ place: { kind: 'folder', path: root }, ...settings }), { now: () => NOW })
  const drop = (name: string, text: string, modifiedAt = '2026-02-01T00:00:00Z') => {
    writeFileSync(join(root, 'in', name), text)
    utimesSync(join(root, 'in', name), new Date(modifiedAt), new Date(modifiedAt))
  }
  const dropFixture = (name: string, as = name) => {
    copyFileSync(join(FIXTURES, name), join(root, 'in', as))
    utimesSync(join(root, 'in', as), new Date('2026-02-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z'))
  }
  const files = (folder: string) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).toSorted() : [])
  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  return { root, connector: connect(), connect, drop, dropFixture, files, read }
}

async function recordsOf<S extends StreamName>(connector: ErpConnector, stream: S, after: string | null = null) {
  const records = (await pagesOf(connector, stream, after)).flatMap((page) => page.records)
  for (const record of records) if (!('deleted' in record)) erpSchemas[stream].parse(record)
  return records
}

const german = {
  format: { encoding: 'windows-1252', decimalComma: true, dates: 'dd.mm.yyyy' },
  columns: {
    orders: {
      number: 'Belegnummer',
      onceKey: 'Hub-Schlüssel',
      purchaseOrderNumber: 'Ihre Nummer',
      customerNumber: 'Kunde',
      channel: 'Herkunft',
      state: 'Status',
      orderedAt: 'Datum',
      currency: 'Währung',
      netAmount: 'Netto',
      taxAmount: 'MwSt',
      totalAmount: 'Brutto',
      requestedDeliveryDate: 'Wunschtermin',
      lineNumber: 'Position',
      itemNumber: 'Artikel',
      description: 'Bezeichnung',
      quantity: 'Menge',
      unitOfMeasure: 'ME',
      unitPrice: 'Preis',
      priceUnit: 'je',
      lineNetAmount: 'Zeilenwert',
    },
  },
}

describe('CSV of a German ERP', () => {
  it('has rows of one order together, leading zeros, decimal commas, umlauts, quotes and line breaks', async () => {
    const { connector, dropFixture, files } = dropFolder(german)
    dropFixture('orders-german.csv')
    const [first, second, ...more] = await recordsOf(connector, 'orders')
    expect(more).toEqual([])
    expect(first).toMatchObject({
      erpId: '0004711',
      number: '0004711',
      onceKey: 'k1abc',
      purchaseOrderNumber: 'PO "7"; Büro',
      channel: 'punchout',
      orderedAt: '2026-01-31',
      netAmount: '1234.50',
      totalAmount: '1493.75',
      requestedDeliveryDate: '2026-02-15',
      shipTo: { name: 'Rathaus Süd', street: ['Große Straße 1', 'Tor 4'], countryCode: 'NL' },
      changedAt: '2026-02-01T00:00:00.000Z',
      lines: [
        {
          lineNumber: 10,
          erpLineId: '0004711-10',
          itemNumber: '00123',
          netAmount: '1050.00',
          confirmedDate: '2026-02-10',
        },
        { lineNumber: 20, quantity: '2500', unitPrice: '73.80', priceUnit: '1000', confirmedQuantity: null },
      ],
    })
    expect(second).toMatchObject({
      channel: 'erp',
      onceKey: null,
      netAmount: '-10.00',
      orderedAt: '2026-02-01',
      shipTo: null,
    })
    expect(second).toMatchObject({ lines: [{ description: 'Papier A4\n80 g' }] })
    expect(files('error/orders')).toEqual([])
  })

  it('is no UTF-8, and says so instead of reading nonsense', async () => {
    const { connector, dropFixture, read, files } = dropFolder({
      ...german,
      format: { ...german.format, encoding: 'utf-8' },
    })
    dropFixture('orders-german.csv')
    expect(await recordsOf(connector, 'orders')).toEqual([])
    expect(read('error/orders/00000001-orders-german.csv.reasons.txt')).toContain('not in utf-8')
    expect(files('error/orders')).toContain('00000001-orders-german.csv')
  })
})

describe('every kind of file', () => {
  it('shipments: parcels by number or tracking number, links to the order lines', async () => {
    const { connector, dropFixture } = dropFolder({ format: { delimiter: ',' } })
    dropFixture('shipments.csv')
    const shipments = await recordsOf(connector, 'shipments')
    expect(shipments).toMatchObject([
      {
        erpId: 'DN-1',
        state: 'shipped',
        shippedAt: '2026-02-02T13:00:00.000Z',
        trackingNumbers: ['3S1', '3S2'],
        parcels: [
          {
            number: 'P1',
            trackingNumber: '3S1',
            weight: '1.25',
            lines: [{ erpLineId: 'DN-1-1' }, { erpLineId: 'DN-1-2' }],
          },
          { number: '3S2', trackingNumber: '3S2', weight: null, lines: [{ erpLineId: 'DN-1-3', quantity: '5' }] },
        ],
        lines: [{ orderErpId: 'SO-1', orderLineErpId: 'SO-1-1' }, {}, {}],
      },
    ])
  })

  it('invoices: taxes per category and rate, credit notes', async () => {
    const { connector, dropFixture } = dropFolder()
    dropFixture('invoices.csv')
    expect(await recordsOf(connector, 'invoices')).toMatchObject([
      {
        number: 'IN-1',
        kind: 'invoice',
        state: 'open',
        billTo: { name: 'City of Almere', countryCode: 'NL' },
        taxes: [
          { category: 'S', ratePercent: '21', taxableAmount: '10.50', taxAmount: '2.21' },
          { category: 'S', ratePercent: '9', taxableAmount: '14.20', taxAmount: '1.28' },
        ],
        lines: [{ shipmentErpId: 'DN-1', orderLineErpId: 'SO-1-1' }, { itemNumber: 'CAFÉ-03' }],
      },
      { kind: 'credit-note', correctsNumber: 'IN-1', dueDate: null, taxes: [{ taxAmount: '2.21' }] },
    ])
  })

  it('open items, balances, credit limits', async () => {
    const { connector, dropFixture } = dropFolder({ format: { delimiter: '|', dates: 'yyyymmdd' } })
    dropFixture('open-items.csv')
    expect(await recordsOf(connector, 'openItems')).toMatchObject([
      { erpId: 'IN-1', date: '2026-02-03', dueDate: '2026-03-05', openAmount: '28.19' },
      { erpId: 'CN-1', dueDate: null, amount: '-12.71' },
    ])
    const other = dropFolder()
    other.dropFixture('balances.csv', 'Balances_2026-02-01.TXT')
    other.dropFixture('credit-limits.csv')
    expect(await recordsOf(other.connector, 'balances')).toMatchObject([
      { balance: '15.48', openOrders: '0' },
      { balance: '1250.00', openOrders: null },
    ])
    expect(await recordsOf(other.connector, 'creditLimits')).toMatchObject([
      { limit: '50000.00', blocked: false, reason: null },
      { limit: null, blocked: true, reason: 'overdue since December' },
    ])
  })

  it('customers, ship-to addresses, prices', async () => {
    const { connector, dropFixture, read } = dropFolder()
    for (const name of ['customers.csv', 'ship-tos.csv', 'prices.csv']) dropFixture(name)
    expect(await recordsOf(connector, 'customers')).toMatchObject([
      { customerNumber: '100042', blocked: false, address: { city: 'Almere' } },
      { customerNumber: '100077', blocked: true, address: null },
    ])
    expect(await recordsOf(connector, 'shipTos')).toMatchObject([
      { erpId: '100042-2', address: { addressId: '100042-2' } },
    ])
    expect(read('error/shipTos/00000001-ship-tos.csv.reasons.txt')).toBe('line 3: no address column is filled\n')
    expect(await recordsOf(connector, 'prices')).toMatchObject([
      { erpId: 'list 00123 1', customerNumber: null, validFrom: '2026-01-01' },
      { erpId: 'list 00123 10', minimumQuantity: '10' },
      { erpId: '100042 STPL-26-6 1', priceUnit: '1000', validFrom: null },
    ])
  })

  it('JSON: numbers as text, lines within, tombstones; what is no record is put aside', async () => {
    const { connector, dropFixture, read } = dropFolder(german)
    dropFixture('orders.json')
    expect(await recordsOf(connector, 'orders')).toMatchObject([
      {
        erpId: 'SO-1',
        netAmount: '31.5',
        orderedAt: '2026-01-31T08:30:00.000Z',
        changedAt: '2026-02-01T08:00:00.000Z',
        lines: [{ erpLineId: '4711', quantity: '3', shippedQuantity: '1', rejectionReason: null }],
      },
      { deleted: true, erpId: 'SO-2' },
    ])
    const reasons = read('error/orders/00000001-orders.json.reasons.txt').split('\n')
    expect(reasons).toEqual([expect.stringMatching(/^line 3: column \w+ is missing/), 'line 4: no object', ''])
  })
})

describe('a line that can not be read', () => {
  it('is told with its number and reason; the good ones go on, but for those beside a lost line', async () => {
    const { connector, dropFixture, files, read } = dropFolder()
    dropFixture('orders-bad.csv')
    const pages = await pagesOf(connector, 'orders')
    expect(pages.flatMap((page) => page.records.map((record) => record.erpId))).toEqual(['SO-1', 'SO-6', 'SO-9'])
    const reasons = read('error/orders/00000001-orders-bad.csv.reasons.txt')
    expect(reasons.split('\n').map((line) => line.split(':')[0])).toEqual([
      ...['line 3', 'line 4', 'line 5', 'line 6', 'line 8', 'line 9', 'line 10'],
      '',
    ])
    expect(reasons).toContain('line 3: column quantity: "ten" is no number')
    expect(reasons).toContain('line 4: column orderedAt: "31.01.2026" is no date or time')
    expect(reasons).toContain('line 5: column state: "waiting" is no one of draft, blocked, open')
    expect(reasons).toContain('line 6: column currency: "EURO" is no currency code (ISO 4217)')
    expect(reasons).toContain('line 8: SO-7 may lack a line')
    // Its good records are not acknowledged yet.
    expect(files('taken/orders')).toEqual(['00000001-orders-bad.csv'])
    await pagesOf(connector, 'orders', pages.at(-1)?.next)
    expect(files('taken/orders')).toEqual([])
    expect(files('error/orders')).toEqual(['00000001-orders-bad.csv', '00000001-orders-bad.csv.reasons.txt'])
  })

  it('is the second of two states of one order in a CSV file; what has no lines has its last state', async () => {
    const { connector, drop, read } = dropFolder()
    const order = '\nSO-1;100042;open;2026-01-31;EUR;1.00;1.21;1;00123;1;BX;1.00;1.00'
    const header = 'number;customerNumber;state;orderedAt;currency;netAmount;totalAmount;lineNumber;itemNumber;quantity'
    drop('orders.csv', `${header};unitOfMeasure;unitPrice;lineNetAmount${order}${order}\n`)
    drop('balances.csv', 'customerNumber;currency;balance\n100042;EUR;1.00\n100042;EUR;2.00\n')
    expect(await recordsOf(connector, 'orders')).toEqual([])
    expect(read('error/orders/00000001-orders.csv.reasons.txt')).toBe('line 2: there are two lines SO-1-1\n')
    expect(await recordsOf(connector, 'balances')).toMatchObject([{ balance: '1.00' }, { balance: '2.00' }])
  })

  it('keeps the whole file out where that is wanted, and never the next file', async () => {
    const { connector, dropFixture, drop, files } = dropFolder({ badRecords: 'refuse-file' })
    dropFixture('ship-tos.csv', 'ship-tos-1.csv')
    drop('ship-tos-2.csv', 'id;customerNumber;addressCity\nX;100042;Almere\n')
    expect(await recordsOf(connector, 'shipTos')).toMatchObject([{ erpId: 'X' }])
    expect(files('error/shipTos')).toEqual(['00000001-ship-tos-1.csv', '00000001-ship-tos-1.csv.reasons.txt'])
    expect(await recordsOf(connector, 'shipTos')).toMatchObject([{ erpId: 'X' }])
  })

  it.for([
    ['nothing', ''],
    ['only a header', 'customerNumber;currency;balance\n'],
    ['only empty lines', '\n\n\n'],
  ])('is not there in a file with %s: it is archived at once', async ([, text]) => {
    const { connector, drop, files } = dropFolder()
    drop('balances.csv', text ?? '')
    expect(await recordsOf(connector, 'balances')).toEqual([])
    expect(files('archive/balances')).toEqual(['00000001-balances.csv'])
    expect(files('error/balances')).toEqual([])
  })

  it.for([
    ['a quote that never ends', 'customerNumber;currency;balance\n"100042;EUR;1.00\n'],
    ['no JSON', '{"customerNumber": ', 'balances.json'],
    ['too many bytes', `customerNumber;currency;balance\n${'100042;EUR;1.00\n'.repeat(100)}`],
  ])('can be a whole file: %s', async ([, text = '', name = 'balances.csv']) => {
    const { connector, drop, files } = dropFolder({ maxFileBytes: 1000 })
    drop(name, text)
    expect(await recordsOf(connector, 'balances')).toEqual([])
    expect(files('error/balances')).toEqual([`00000001-${name}`, `00000001-${name}.reasons.txt`])
  })
})

describe('a file is complete', () => {
  const balances = 'customerNumber;currency;balance\n100042;EUR;1.00\n'

  it('when it has its name: temporary and strange names are let alone', async () => {
    const { connector, drop, files } = dropFolder()
    for (const name of ['.balances.csv', 'balances.csv.tmp', 'balances.part', 'balances.pdf', 'other.csv'])
      drop(name, balances)
    expect(await recordsOf(connector, 'balances')).toEqual([])
    expect(files('in')).toHaveLength(5)
  })

  it('when its marker is there, which goes with it', async () => {
    const { connector, drop, files } = dropFolder({ complete: 'marker' })
    drop('balances-1.csv', balances)
    drop('balances-2.csv', balances)
    drop('balances-2.csv.done', '')
    expect(await recordsOf(connector, 'balances')).toHaveLength(1)
    expect(files('in')).toEqual(['balances-1.csv'])
  })

  it('when nothing was written to it for a while', async () => {
    const { connector, drop, files } = dropFolder({ complete: 'age', ageSeconds: 60 })
    drop('balances-1.csv', balances, '2026-03-01T09:59:01Z')
    drop('balances-2.csv', balances, '2026-03-01T09:59:00Z')
    expect(await recordsOf(connector, 'balances')).toHaveLength(1)
    expect(files('in')).toEqual(['balances-1.csv'])
  })
})

describe('the order of files', () => {
  const customers = (...names: string[]) =>
    ['customerNumber;name', ...names.map((name) => `${name};${name}`)].join('\n')

  it('is that of their times, then of their names, and stays when it is read again', async () => {
    const { connector, connect, drop } = dropFolder()
    drop('customers-9.csv', customers('1'), '2026-02-01T00:00:00Z')
    drop('customers-3.csv', customers('3'), '2026-02-02T00:00:00Z')
    drop('customers-2.csv', customers('2'), '2026-02-02T00:00:00Z')
    const order = async (from: ErpConnector, after: string | null = null) =>
      (await recordsOf(from, 'customers', after)).map((record) => record.erpId)
    expect(await order(connector)).toEqual(['1', '2', '3'])
    drop('customers-0.csv', customers('4'), '2020-01-01T00:00:00Z')
    const pages = await pagesOf(connect(), 'customers')
    expect(pages.flatMap((page) => page.records.map((record) => record.erpId))).toEqual(['1', '2', '3', '4'])
    await pagesOf(connector, 'customers', pages.at(-1)?.next)
    expect(await order(connect())).toEqual(['1', '2', '3', '4'])
  })

  it('keeps files of one name apart', async () => {
    const { connector, drop, files } = dropFolder()
    drop('customers.csv', customers('1'))
    const [first] = await pagesOf(connector, 'customers')
    drop('customers.csv', customers('2'))
    const [second] = await pagesOf(connector, 'customers', first?.next)
    drop('customers.csv', customers('3'))
    await pagesOf(connector, 'customers', second?.next)
    expect(files('archive/customers')).toEqual(['00000001-customers.csv', '00000002-customers.csv'])
    expect(await recordsOf(connector, 'customers')).toHaveLength(3)
  })

  it('goes on past a file that was purged from the archive', async () => {
    const { root, connector, drop } = dropFolder()
    drop('customers.csv', customers('1', '2'))
    const [first] = await pagesOf(connector, 'customers')
    await pagesOf(connector, 'customers', first?.next)
    rmSync(join(root, 'archive'), { recursive: true })
    drop('customers.csv', customers('3'))
    const [second] = await pagesOf(connector, 'customers', first?.next)
    expect(second?.records.map((record) => record.erpId)).toEqual(['3'])
    expect(second?.next).toBe('2:end')
  })

  it('lets a file go only when its last record is acknowledged', async () => {
    const { connector, drop, files } = dropFolder()
    drop('customers-1.csv', customers('1', '2', '3'))
    drop('customers-2.csv', customers('4'))
    const pages = await pagesOf(connector, 'customers', null, { pageSize: 2 })
    expect(pages.map((page) => page.next)).toEqual(['1:2', '2:end'])
    await pagesOf(connector, 'customers', '1:2', { pageSize: 2 })
    expect(files('taken/customers')).toHaveLength(2)
    await pagesOf(connector, 'customers', '1:end')
    expect(files('taken/customers')).toEqual(['00000002-customers-2.csv'])
    await pagesOf(connector, 'customers', '2:end')
    expect(files('taken/customers')).toEqual([])
    // A database restored from yesterday asks with yesterday's cursor.
    expect((await recordsOf(connector, 'customers', '1:2')).map((record) => record.erpId)).toEqual(['3', '4'])
  })
})

describe('numbers and dates', () => {
  it.for([
    ['1234.5', false, '1234.5'],
    ['1,234.50', false, '1234.50'],
    ['1.234,50', true, '1234.50'],
    ['1 234,50', true, '1234.50'],
    ["1'234.50", false, '1234.50'],
    ['1.234', true, '1234'],
    ['007', false, '7'],
    ['-0.50', false, '-0.50'],
    ['12,50-', true, '-12.50'],
    ['+3', false, '3'],
    ['1,5', false, undefined],
    ['1.5', true, undefined],
    ['1.234.5', true, undefined],
    ['1,2,3', true, undefined],
    ['-1-', false, undefined],
    ['1e3', false, undefined],
    ['.5', false, undefined],
    ['5.', false, undefined],
    ['', false, undefined],
    ['EUR 5', false, undefined],
  ] as const)('%s with comma %s is %s', ([text, comma, decimal]) => {
    expect(readDecimal(text, comma)).toBe(decimal)
  })

  it.for([
    ['31.01.2026', 'dd.mm.yyyy', '2026-01-31'],
    ['1.2.2026', 'dd.mm.yyyy', '2026-02-01'],
    ['01/31/2026', 'mm/dd/yyyy', '2026-01-31'],
    ['31/01/2026', 'dd/mm/yyyy', '2026-01-31'],
    ['20260131', 'yyyymmdd', '2026-01-31'],
    ['2026-01-31', 'dd.mm.yyyy', '2026-01-31'],
    ['2024-02-29', 'yyyy-mm-dd', '2024-02-29'],
    ['2026-02-29', 'yyyy-mm-dd', undefined],
    ['31.02.2026', 'dd.mm.yyyy', undefined],
    ['31/01/2026', 'mm/dd/yyyy', undefined],
    ['00000000', 'yyyymmdd', undefined],
    ['31.01.26', 'dd.mm.yyyy', undefined],
    ['31.01.2026', 'yyyy-mm-dd', undefined],
  ] as const)('%s as %s is %s', ([text, format, date]) => {
    expect(readDate(text, format)).toBe(date)
  })
})
