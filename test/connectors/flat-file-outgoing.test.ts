// Orders that go out as files, and the receipts the ERP answers with.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ErpConnector, ErpOrderDraft } from '../../connectors/connector.ts'
import { flatFile } from '../../connectors/flat-file/flat-file.ts'
import { erpSchemas } from './erp-schemas.ts'
import { pagesOf } from './following.ts'

const draft = (changes: Partial<ErpOrderDraft> = {}): ErpOrderDraft => ({
  customerNumber: '100042',
  purchaseOrderNumber: 'PO "7"; Büro',
  channel: 'punchout',
  orderDate: '2026-01-31',
  currency: 'EUR',
  requestedDeliveryDate: '2026-02-15',
  shipTo: {
    addressId: null,
    name: 'Rathaus Süd',
    street: ['Große Straße 1', 'Tor 4'],
    city: 'Almere',
    state: null,
    postalCode: '1315 HR',
    countryCode: 'NL',
    email: null,
    phone: null,
  },
  contact: { name: 'Ωmega Bakker', email: 'o@almere.example' },
  comments: 'Please ring\ntwice',
  shippingAmount: '4.90',
  lines: [lineOf(10, '00123', '100', '10.50'), { ...lineOf(20, 'STPL-26-6', '2500', '0.89'), priceUnit: '1000' }],
  ...changes,
})
const lineOf = (lineNumber: number, itemNumber: string, quantity: string, unitPrice: string | null) => ({
  ...{ lineNumber, itemNumber, description: `Article ${itemNumber}`, quantity, unitOfMeasure: 'C62', unitPrice },
  ...{ priceUnit: '1', requestedDeliveryDate: null, comments: null },
})

function dropFolder(settings: Record<string, unknown> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'flat-file-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const folder of ['in', 'out']) mkdirSync(join(root, folder))
  const connect = (): ErpConnector =>
    flatFile.connect(flatFile.config.parse({ place: { kind: 'folder', path: root }, ...settings }), {
      now: () => new Date(),
    })
  const files = (folder: string) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).toSorted() : [])
  const drop = (name: string, text: string) => writeFileSync(join(root, 'in', name), text)
  return { root, connector: connect(), connect, files, drop }
}

const germanFormat = { encoding: 'windows-1252', decimalComma: true, dates: 'dd.mm.yyyy' }

describe('an order file', () => {
  it('is the draft with its key, as JSON', async () => {
    const { root, connector, files } = dropFolder()
    const receipt = await connector.pushOrder?.(draft(), 'k1')
    expect(receipt).toEqual({ erpId: 'k1', number: null, created: true, state: 'draft', netAmount: null, notes: [] })
    expect(files('out')).toEqual(['order-k1.json'])
    expect(JSON.parse(readFileSync(join(root, 'out/order-k1.json'), 'utf8'))).toEqual({ onceKey: 'k1', ...draft() })
  })

  it("is one row per line in the ERP's way of writing, as CSV", async () => {
    const { root, connector } = dropFolder({ orderFiles: 'csv', format: germanFormat })
    await connector.pushOrder?.(draft(), 'k1')
    const text = iconv.decode(readFileSync(join(root, 'out/order-k1.csv')), 'windows-1252')
    expect(text).toBe(
      'onceKey;purchaseOrderNumber;customerNumber;channel;orderDate;currency;requestedDeliveryDate;shipToId;shipToName;' +
        'shipToStreet;shipToCity;shipToState;shipToPostalCode;shipToCountry;shipToEmail;shipToPhone;contactName;' +
        'contactEmail;comments;shippingAmount;lineNumber;itemNumber;description;quantity;unitOfMeasure;unitPrice;' +
        'priceUnit;lineComments\r\n' +
        'k1;"PO ""7""; Büro";100042;punchout;31.01.2026;EUR;15.02.2026;;Rathaus Süd;Große Straße 1 | Tor 4;Almere;;1315 HR;' +
        'NL;;;?mega Bakker;o@almere.example;"Please ring\ntwice";4,90;10;00123;Article 00123;100;C62;10,50;1;\r\n' +
        'k1;"PO ""7""; Büro";100042;punchout;31.01.2026;EUR;15.02.2026;;Rathaus Süd;Große Straße 1 | Tor 4;Almere;;1315 HR;' +
        'NL;;;?mega Bakker;o@almere.example;"Please ring\ntwice";4,90;20;STPL-26-6;Article STPL-26-6;2500;C62;0,89;1000;\r\n',
    )
  })

  it.for([
    [{ purchaseOrderNumber: 'PO-Ω' }, /PO-Ω.*no "Ω"/],
    [{ customerNumber: 'Ж1' }, /Ж1.*no "Ж"/],
    [{ lines: [lineOf(1, '☕', '1', '1.00')] }, /☕/],
  ] as const)('is refused when a number can not be written as it is: %o', async ([changes, words]) => {
    const { connector, files } = dropFolder({ orderFiles: 'csv', format: germanFormat })
    const pushed = connector.pushOrder?.(draft(changes as Partial<ErpOrderDraft>), 'k1')
    await expect(pushed).rejects.toMatchObject({ kind: 'refused', message: expect.stringMatching(words) })
    expect([...files('out'), ...files('sent')]).toEqual([])
  })

  it('never leads out of the folder', async () => {
    const { connector } = dropFolder()
    await expect(connector.pushOrder?.(draft(), '../x')).rejects.toMatchObject({ kind: 'refused' })
    await expect(connector.fetchInvoicePdf?.('../in/x')).rejects.toMatchObject({ kind: 'refused' })
  })

  it('is not written to the empty mount point of a share', async () => {
    const { root, connector, connect, files } = dropFolder()
    renameSync(join(root, 'out'), join(root, 'elsewhere'))
    await expect(connector.pushOrder?.(draft(), 'k1')).rejects.toMatchObject({ kind: 'unreachable' })
    expect(await connect().check()).toMatchObject({ ok: false, message: expect.stringContaining('mounted') })
    expect(files('sent')).toEqual([])
  })
})

describe('an order that was pushed before', () => {
  it('is not written again when the ERP has taken its file, whatever it did with it', async () => {
    const { root, connector, connect, files } = dropFolder()
    await connector.pushOrder?.(draft(), 'k1')
    rmSync(join(root, 'out/order-k1.json'))
    expect(await connect().pushOrder?.(draft(), 'k1')).toMatchObject({ erpId: 'k1', created: false })
    expect(files('out')).toEqual([])
  })

  it('is finished when the hub died between writing and naming it', async () => {
    const { root, connector, connect, files } = dropFolder()
    await connector.pushOrder?.(draft(), 'k1')
    renameSync(join(root, 'out/order-k1.json'), join(root, 'out/.order-k1.json.tmp'))
    expect(await connect().pushOrder?.(draft(), 'k1')).toMatchObject({ created: false })
    expect(files('out')).toEqual(['order-k1.json'])
  })

  it('is written afresh when the hub died while it wrote', async () => {
    const { root, connector, files } = dropFolder()
    writeFileSync(join(root, 'out/.order-k1.json.tmp'), '{"onceKey":"k1","custom')
    expect(await connector.pushOrder?.(draft(), 'k1')).toMatchObject({ created: true })
    expect(files('out')).toEqual(['order-k1.json'])
    expect(JSON.parse(readFileSync(join(root, 'out/order-k1.json'), 'utf8')).customerNumber).toBe('100042')
  })
})

describe('a receipt', () => {
  it('makes an order of what was sent, with the number and word of the ERP', async () => {
    const { connector, drop } = dropFolder({ columns: { receipts: { number: 'Auftrag' } } })
    for (const key of ['k1', 'k2']) await connector.pushOrder?.(draft(), key)
    const refused = 'k2;;cancelled;Article STPL-26-6 is not sold any more;;2026-02-01T09:00:00Z'
    drop(
      'receipts-1.csv',
      `onceKey;Auftrag;state;message;confirmedDate;changedAt\nk1;SO-1;;;2026-02-10;2026-02-01\n${refused}\n`,
    )
    const [taken, said] = (await pagesOf(connector, 'orders')).flatMap((page) => page.records)
    expect(erpSchemas.orders.parse(taken)).toMatchObject({
      erpId: 'SO-1',
      number: 'SO-1',
      onceKey: 'k1',
      state: 'open',
      purchaseOrderNumber: 'PO "7"; Büro',
      channel: 'punchout',
      netAmount: '1057.13',
      changedAt: '2026-02-01T00:00:00.000Z',
      lines: [
        { erpLineId: 'SO-1-10', netAmount: '1050.00', confirmedQuantity: '100', confirmedDate: '2026-02-10' },
        { erpLineId: 'SO-1-20', netAmount: '2.23', rejectionReason: null },
      ],
    })
    expect(erpSchemas.orders.parse(said)).toMatchObject({
      erpId: 'k2',
      number: null,
      onceKey: 'k2',
      state: 'cancelled',
      lines: [{ rejectionReason: 'Article STPL-26-6 is not sold any more' }, {}],
    })
  })

  it('for an order nobody sent, or one without prices, is put aside with the reason', async () => {
    const { root, connector, drop } = dropFolder()
    await connector.pushOrder?.(draft({ lines: [lineOf(1, '00123', '1', null)] }), 'k3')
    drop('receipts.json', JSON.stringify([{ onceKey: 'k9', number: 'SO-9' }, { onceKey: 'k3', number: 'SO-3' }, {}]))
    expect(await pagesOf(connector, 'orders')).toEqual([])
    const reasons = readFileSync(join(root, 'error/orders/00000001-receipts.json.reasons.txt'), 'utf8').split('\n')
    expect(reasons).toEqual([
      'line 1: no order was sent with the key k9',
      expect.stringMatching(/^line 2: line 1 of k3 was sent without a price/),
      'line 3: column onceKey is missing or empty',
      '',
    ])
  })
})
