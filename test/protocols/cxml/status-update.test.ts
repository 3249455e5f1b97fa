// cXML Reference Guide, "StatusUpdateRequest": the buyer's word on an order, an invoice, a payment; cXML.dtd 1.2.071.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../../protocols/cxml/document.ts'
import type { StatusUpdateRequest } from '../../../protocols/cxml/status-update-request.ts'
import { dtdProblems } from './dtd.ts'
import { anyText, anyToken, requestOf, statusUpdates } from './order-samples.ts'
import { haveShared } from './shared-data.ts'

const check = haveShared('cxml-dtd')

function roundTrip(content: StatusUpdateRequest): void {
  const document = requestOf(content)
  const bytes = encode(document)
  const { findings, ...again } = decode(bytes)
  expect(again).toEqual(document)
  if (check) expect(dtdProblems(bytes)).toEqual([])
}

function read(inside: string) {
  const xml = new TextDecoder()
    .decode(encode(requestOf({ type: 'StatusUpdateRequest', status: { code: '200', text: 'OK', message: '' } })))
    .replace(/<StatusUpdateRequest>.*<\/StatusUpdateRequest>/, `<StatusUpdateRequest>${inside}</StatusUpdateRequest>`)
  return decode(new TextEncoder().encode(xml))
}

function fixture(path: string) {
  return decode(readFileSync(join(import.meta.dirname, '../../../fixtures/cxml', path))).content
}

describe('a status update', () => {
  test.each(statusUpdates)('with %s reads back as it was and is DTD-valid', (_, content) => roundTrip(content))

  test('whatever is in it, likewise', () => {
    const money = fc.record({ money: fc.record({ amount: anyToken, currency: anyText }) })
    const comments = fc.array(fc.record({ text: anyText }), { minLength: 1, maxLength: 2 })
    const extrinsics = fc.array(fc.record({ name: anyText, value: anyText }), { minLength: 1, maxLength: 2 })
    const status = fc.record({ code: fc.constantFrom('200', '423', '500'), text: anyText, message: anyText })
    const common = {
      type: fc.constant('StatusUpdateRequest' as const),
      status,
      documentReference: fc.record({ payloadID: anyText }),
      extrinsics,
    }
    const options = { requiredKeys: ['type', 'status'] as ('type' | 'status')[] }
    const invoiceStatus = fc.record(
      {
        type: fc.constantFrom('processing', 'canceled', 'reconciled', 'rejected', 'paying', 'paid'),
        paymentNetDueDate: anyText,
        invoiceIDInfo: fc.record({ invoiceID: anyText, invoiceDate: anyText }, { requiredKeys: ['invoiceID'] }),
        partialAmount: money,
        comments,
      },
      { requiredKeys: ['type'] },
    )
    const documentStatus = fc.record({ type: anyText, comments }, { requiredKeys: ['type'] })
    const sourcingStatus = fc.record({ lang: fc.constant('en'), text: anyText })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.record({ ...common, invoiceStatus }, options),
          fc.record({ ...common, documentStatus }, options),
          fc.record({ ...common, sourcingStatus }, options),
        ),
        roundTrip,
      ),
      { numRuns: 200 },
    )
  })

  test('keeps what is not modelled, and writes it where the DTD wants it', () => {
    const document = read(
      '<Extrinsic name="a">b</Extrinsic><DocumentReference payloadID="p"/><Status code="200" text="OK"/><DocumentStatus type="x"><Comments>c</Comments><ItemStatus type="approved"><ReferenceDocumentInfo lineNumber="1"><DocumentInfo documentID="1" documentType="2"/></ReferenceDocumentInfo></ItemStatus></DocumentStatus>',
    )
    expect(document.findings).toEqual([])
    const bytes = encode(document)
    expect(new TextDecoder().decode(bytes)).toContain('<ItemStatus type="approved">')
    if (check) expect(dtdProblems(bytes)).toEqual([])
  })

  test.each<[string, string, string[]]>([
    ['about no document', '', ['missing DocumentReference']],
    ['about an invoice by its number', '<InvoiceStatus type="paid"><InvoiceIDInfo invoiceID="1"/></InvoiceStatus>', []],
    ['about an invoice without its number', '<InvoiceStatus type="paid"/>', ['missing DocumentReference']],
    [
      'about a document by its number',
      '<DocumentStatus type="x"><DocumentInfo documentID="1" documentType="y"/></DocumentStatus>',
      [],
    ],
    [
      'with statuses of two kinds',
      '<DocumentReference payloadID="p"/><InvoiceStatus type="paid"/><SourcingStatus xml:lang="en">x</SourcingStatus>',
      ['repeated '],
    ],
  ])('%s', (_, inside, findings) => {
    const document = read(`<Status code="200" text="OK"/>${inside}`)
    const below = document.findings.map(
      ({ code, path }) => `${code} ${path.replace(/^\/cXML\/Request\/StatusUpdateRequest\/?/, '')}`,
    )
    expect(below).toEqual(findings)
    const { findings: __, ...first } = document
    const { findings: ___, ...again } = decode(encode(first))
    expect(again).toEqual(first)
  })

  test('without Status is refused, 400', () => {
    expect(() => read('<DocumentReference payloadID="p"/>')).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining('needs a Status') }) as unknown as Error,
    )
  })

  test('with two Statuses is refused, 400', () => {
    expect(() => read('<Status code="200" text="OK"/><Status code="500" text="x"/>')).toThrow(/two Status/)
  })

  test('on an invoice: rejected, with a reason and a Status code cXML does not have', () => {
    expect(fixture('ariba/status-update-request-invoice-rejected.xml')).toEqual({
      type: 'StatusUpdateRequest',
      documentReference: { payloadID: '1768125600.7.42@hub.example' },
      status: { code: '423', text: 'Rejected', lang: 'en-US', message: 'Invoice INV-0042 was rejected.' },
      invoiceStatus: {
        type: 'rejected',
        invoiceIDInfo: { invoiceID: 'INV-0042', invoiceDate: '2026-01-11T11:00:00+01:00' },
        comments: [{ lang: 'nl-NL', text: 'Prijs van regel 1 wijkt af van de bestelling.' }],
      },
      extrinsics: [{ name: 'InvoiceRejectReason', value: 'PriceMismatch' }],
    })
  })

  test('on an invoice: paid in part, named by its number only', () => {
    expect(fixture('ariba/status-update-request-invoice-paid.xml')).toMatchObject({
      invoiceStatus: {
        type: 'paid',
        invoiceIDInfo: { invoiceID: 'INV-0043' },
        partialAmount: { money: { amount: '120.00' } },
      },
    })
  })

  test('on a document of ours, and on a payment', () => {
    expect(fixture('generic/status-update-request-order-forwarded.xml')).toMatchObject({
      documentReference: { payloadID: '1767693600.1@hub.example' },
      documentStatus: { type: 'processing', documentInfo: { documentType: 'ConfirmationRequest' } },
    })
    expect(fixture('generic/status-update-request-payment.xml')).toMatchObject({
      paymentStatus: { orderID: 'PO-1', type: 'Settlement', total: { money: { amount: '31.50' } } },
    })
  })
})
