// Tryton's JSON values (trytond/protocols/jsonrpc.py) and its ways of saying no, as a 6.0.29 sent them; and the world that the ERP of
// the tests is filled with.
import { describe, expect, it } from 'vitest'
import { resultOf } from '../../connectors/tryton/answers.ts'
import { date, datetime, decimal, decode, floatText, plainDecimal, priceText } from '../../connectors/tryton/values.ts'
import { catalogue } from '../../src/demo/catalogue.ts'
import { world } from './tryton/server.ts'

describe("Tryton's values", () => {
  it('are read wherever they stand, and records by dotted names', () => {
    const wire = {
      id: 3,
      write_date: {
        __class__: 'datetime',
        year: 2026,
        month: 1,
        day: 9,
        hour: 2,
        minute: 38,
        second: 5,
        microsecond: 42,
      },
      sale_date: { __class__: 'date', year: 2026, month: 11, day: 25 },
      'party.': { id: 4, code: '100077' },
      'lines.': [{ id: 1, unit_price: { __class__: 'Decimal', decimal: '8.9E-7' } }],
    }
    expect(decode(wire)).toEqual({
      id: 3,
      write_date: '2026-01-09T02:38:05.000042Z',
      sale_date: '2026-11-25',
      party: { id: 4, code: '100077' },
      lines: [{ id: 1, unit_price: '0.00000089' }],
    })
  })

  it('keep an id that is asked for beside the record it points to', () => {
    expect(decode({ unit: 1, 'unit.': { rec_name: 'Unit' } })).toEqual({ unit: 1, 'unit.': { rec_name: 'Unit' } })
  })

  it('are written as they are read', () => {
    for (const [wire, text] of [
      [decimal('10.50'), '10.50'],
      [date('2026-02-03'), '2026-02-03'],
      [datetime('2026-02-03T04:05:06.000789Z'), '2026-02-03T04:05:06.000789Z'],
      [datetime('2026-02-03T04:05:06.5Z'), '2026-02-03T04:05:06.500000Z'],
    ])
      expect(decode(wire)).toBe(text)
  })

  it.for([
    ['0E-10', '0.0000000000'],
    ['1E+3', '1000'],
    ['-1.25E+1', '-12.5'],
    ['1.5E-3', '0.0015'],
    ['10.50', '10.50'],
  ])('%s is the decimal %s', ([python, text]) => {
    expect(plainDecimal(python as string)).toBe(text)
  })

  it('a float is a quantity of so many decimals', () => {
    expect(floatText(0.1 + 0.2, 2)).toBe('0.3')
    expect(floatText(1000000, 0)).toBe('1000000')
    expect(floatText(-2.5, 2)).toBe('-2.5')
    expect(floatText(null, 2)).toBe('0')
  })

  it('a price has at least two decimals and no zeros after them', () => {
    expect(['9.9000000000000', '0.000890', '12', '199.000000'].map(priceText)).toEqual([
      '9.90',
      '0.00089',
      '12.00',
      '199.00',
    ])
  })
})

describe('what Tryton answers', () => {
  const login = { url: 'http://erp', database: 'hub', user: 'hub', password: 'x', language: 'en', timeoutSeconds: 9 }
  const asked = { to: '/hub/', method: 'model.sale.sale.confirm', loggedIn: true }
  const answer = (status: number, body: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const bytes = Buffer.from(text)
    return { status, headers: new Headers(), bytes, text: () => text, json: () => JSON.parse(text) }
  }
  const failure = (status: number, body: unknown, how = asked) => {
    try {
      return resultOf(answer(status, body), how, login)
    } catch (error) {
      return error
    }
  }
  const python = (text: string) => ({ id: 0, error: [text, ''] })

  it('is its result', () => {
    expect(resultOf(answer(200, { id: 0, result: [1] }), asked, login)).toEqual([1])
  })

  it.for([
    ['UserError', { id: 0, error: ['UserError', ['The party is over.', '', null]] }, 'refused', /The party is over\.$/],
    [
      'UserWarning',
      { id: 0, error: ['UserWarning', ['credit_limit_amount_sale.sale,4', 'Over the limit.', '']] },
      'refused',
      /Over the limit\.$/,
    ],
    [
      'ConcurrencyException',
      { id: 0, error: ['ConcurrencyException', ['Records were changed']] },
      'throttled',
      /somebody/,
    ],
    [
      'LoginException',
      { id: 0, error: ['LoginException', ['sms', 'Code sent', 'char']] },
      'unauthorised',
      /more than a pass/,
    ],
    // As PostgreSQL said it when two orders of one customer with a credit limit were confirmed at once.
    ['a lock', python('could not obtain lock on relation "sale_sale"\n'), 'throttled', /another transaction/],
    ["SQLite's lock", python('database is locked'), 'throttled', /another transaction/],
    ['a lost database', python('server closed the connection unexpectedly'), 'unreachable', /database/],
    ['an unknown model', python("'sale.sale'"), 'unintelligible', /failed inside: 'sale.sale'/],
    ['no database', python("Database '/var/lib/tryton/hub.sqlite' doesn't exist!"), 'unreachable', /no database "hub"/],
    ['something else', { hello: 'world' }, 'unintelligible', /no answer of a Tryton/],
  ] as const)('%s is an error of its kind, in words', ([, body, kind, words]) => {
    expect(failure(200, body)).toMatchObject({ name: 'ErpError', kind, message: expect.stringMatching(words) })
  })

  it.for([
    [401, true, 'unauthorised', /no longer knows the session/],
    [401, false, 'unauthorised', /wrong user or password/],
    [403, true, 'unintelligible', /offers no such call/],
    [404, true, 'unreachable', /no database "hub"/],
    [429, false, 'throttled', /too many wrong passwords/],
  ] as const)('status %i is an error of its kind', ([status, loggedIn, kind, words]) => {
    const failed = failure(status, '<!doctype html>', { ...asked, loggedIn })
    expect(failed).toMatchObject({ kind, message: expect.stringMatching(words) })
  })

  it('is no Tryton where the address itself has no such page', () => {
    const version = { to: '/', method: 'common.server.version', loggedIn: false }
    for (const status of [401, 403, 404])
      expect(failure(status, '', version)).toMatchObject({
        kind: 'unintelligible',
        message: expect.stringMatching(/is the address right/i),
      })
  })
})

describe('the world of the ERP', () => {
  it("has the demo store's articles, with their prices, units and stock", () => {
    const articles = catalogue.map((product) => ({
      number: product.sku,
      name: product.name,
      text: product.text,
      unit: product.unit,
      prices: product.prices,
      priceUnit: product.priceUnit ?? '1',
      taxPercent: product.taxPercent,
      stock: product.stock,
      decimals: product.decimals ?? 0,
      service: product.service ?? false,
    }))
    expect(world.articles).toEqual(articles)
  })
})
