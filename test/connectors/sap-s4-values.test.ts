// The small pieces of the SAP connector that have to be exact: prices out of amounts, V2 values, units, keys greater than the last.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { multiplyDivide } from '../../connectors/decimal.ts'
import { changesBody, partAnswers } from '../../connectors/sap-s4/multipart.ts'
import { netPrice, trimmed } from '../../connectors/sap-s4/net-price.ts'
import { beyondKey, readWindow, writeWindow } from '../../connectors/sap-s4/scan.ts'
import { settings } from '../../connectors/sap-s4/settings.ts'
import { makeUnits } from '../../connectors/sap-s4/units.ts'
import { dateAndTimeOf, dateOf, numberOf, stringLiteral, timeOf, v2Date } from '../../connectors/sap-s4/v2-values.ts'

const decimal = (digits: number, scale: number) =>
  fc.integer({ min: 1, max: 10 ** digits }).map((n) => {
    const text = String(n).padStart(scale + 1, '0')
    return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`
  })

describe('a net price', () => {
  it('gives exactly the amount for the quantity', () => {
    fc.assert(
      fc.property(decimal(9, 3), decimal(6, 3), (net, quantity) => {
        const { unitPrice, priceUnit } = netPrice(net, quantity)
        expect(trimmed(multiplyDivide(unitPrice, quantity, '1', 12))).toBe(
          trimmed(multiplyDivide(net, priceUnit, '1', 12)),
        )
      }),
    )
  })

  it('is for one where that can be written, and for all where it can not', () => {
    expect(netPrice('10.50', '3.000')).toEqual({ unitPrice: '3.5', priceUnit: '1' })
    expect(netPrice('10.00', '3.000')).toEqual({ unitPrice: '10.00', priceUnit: '3' })
    expect(netPrice('0.00', '3')).toEqual({ unitPrice: '0', priceUnit: '1' })
    expect(netPrice('7.00', '0.000')).toEqual({ unitPrice: '7.00', priceUnit: '1' })
    expect(netPrice('-10.00', '-3')).toEqual({ unitPrice: '10.00', priceUnit: '3' })
  })
})

describe('OData V2 values', () => {
  it('are dates before and after 1970, with and without an offset', () => {
    const row = {
      a: '/Date(1769990400000)/',
      b: '/Date(-86400000+0000)/',
      c: '/Date(1769990400123+0060)/',
      d: null,
      e: '2026',
    }
    expect([dateOf(row, 'a'), dateOf(row, 'b'), dateOf(row, 'd'), dateOf(row, 'e')]).toEqual([
      '2026-02-02',
      '1969-12-31',
      null,
      null,
    ])
    expect(timeOf(row, 'c')).toBe('2026-02-02T00:00:00.123Z')
    expect(v2Date('2026-02-02')).toBe('/Date(1769990400000)/')
    expect(v2Date('2026-02-02T23:00:00+01:00')).toBe('/Date(1769990400000)/')
  })

  it('are times of day (Edm.Time) with any of their parts', () => {
    const at = (time: string | null) => dateAndTimeOf({ date: '/Date(1769990400000)/', time }, 'date', 'time')
    expect(['PT08H05M09S', 'PT8H', 'PT5M', 'PT00H00M00S', null].map(at)).toEqual([
      '2026-02-02T08:05:09.000Z',
      '2026-02-02T08:00:00.000Z',
      '2026-02-02T00:05:00.000Z',
      '2026-02-02T00:00:00.000Z',
      '2026-02-02T00:00:00.000Z',
    ])
  })

  it('are numbers with leading zeros, and none at all', () => {
    const row = { a: '000010', b: '0', c: '', d: '000000', e: 'A-01' }
    expect(['a', 'b', 'c', 'd', 'e'].map((field) => numberOf(row, field))).toEqual(['10', null, null, null, 'A-01'])
  })

  it('are written so that a quote stays a quote', () => {
    expect(stringLiteral("O'Neill")).toBe("'O''Neill'")
  })
})

describe('units', () => {
  it('go to SAP and come back', () => {
    const units = makeUnits({ BX: 'KI' })
    for (const unit of ['EA', 'H87', 'KGM', 'BX', 'HUR', 'ZZ'])
      expect(units.toRec20(units.toSap(unit), null)).toBe(unit)
    expect(units.toSap('H87')).toBe('PCE')
    expect(['PC', 'ST', 'kg', 'KAR', 'KI', 'ZZZ'].map((unit) => units.toRec20(null, unit))).toEqual([
      'H87',
      'H87',
      'KGM',
      'CT',
      'BX',
      'ZZZ',
    ])
  })
})

describe('cursors by day', () => {
  const now = new Date('2026-03-01T23:59:00Z')

  it('begin the next window a day before this one was begun', () => {
    const window = readWindow(null, now)
    expect(window).toEqual({ since: undefined, started: '2026-03-01', key: undefined })
    expect(readWindow(writeWindow(window), new Date('2026-03-09T00:00:00Z'))).toEqual({
      ...{ since: '2026-02-28', started: '2026-03-09', key: undefined },
    })
  })

  it('go on within a window where it was left, also days later', () => {
    const left = { since: '2026-02-20', started: '2026-02-21', key: ['1010', '2026', '1400000001', '1'] }
    expect(readWindow(writeWindow(left), now)).toEqual(left)
    const full = { ...left, since: undefined }
    expect(readWindow(writeWindow(full), now)).toEqual(full)
  })

  it('that are none mean everything', () => {
    for (const text of ['', 'x', '[]', '["2026-01-01T00:00:00Z","not a key"]', '{}'])
      expect(readWindow(text, now).since).toBeUndefined()
  })

  it('ask for keys greater than the last one, field by field', () => {
    expect(beyondKey(['A'], ['1'])).toBe("A gt '1'")
    expect(beyondKey(['A', 'B', 'C'], ['1', '2', '3'])).toBe(
      "(A gt '1' or (A eq '1' and (B gt '2' or (B eq '2' and C gt '3'))))",
    )
  })
})

describe('a batch', () => {
  it('says how long each part is, in bytes', () => {
    const body = changesBody([{ method: 'MERGE', path: "A_SalesOrder('1')", body: { Text: 'Ünï€' }, ifMatch: 'W/"1"' }])
    expect(body).toContain(
      `Content-Length: ${Buffer.byteLength('{"Text":"Ünï€"}')}\r\nIf-Match: W/"1"\r\n\r\n{"Text":"Ünï€"}\r\n`,
    )
  })

  it('is read with either line end and a quoted boundary, and not when it is cut off', () => {
    const answer = (end: string) =>
      ['--b', 'Content-Type: application/http', '', 'HTTP/1.1 200 OK', 'A: b', '', '{"d":1}', '--b--'].join(end)
    for (const end of ['\r\n', '\n'])
      expect(partAnswers('multipart/mixed; boundary="b"', answer(end))).toEqual([{ status: 200, body: '{"d":1}' }])
    expect(partAnswers('multipart/mixed; boundary=b', answer('\r\n').slice(0, -6))).toBeUndefined()
    expect(partAnswers('text/html', '<html></html>')).toBeUndefined()
  })
})

describe('the settings', () => {
  it('want the address without the path of a service', () => {
    const given = { login: { method: 'password', user: 'A', password: 'B' }, salesOrganization: '1010' }
    const wrong = settings.safeParse({ ...given, url: 'https://s4.example/sap/opu/odata/sap/API_SALES_ORDER_SRV' })
    expect(wrong.error?.issues).toMatchObject([{ path: ['url'] }])
    expect(settings.safeParse({ ...given, url: 'https://api.example/s4hanacloud/' }).success).toBe(true)
  })
})
