import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeForm, type Field } from '../../../protocols/oci/form-fields.ts'
import { ociFunctions, parseLogin, redactLogin } from '../../../protocols/oci/login.ts'
import { OciError } from '../../../protocols/oci/oci-error.ts'

const fixture = (path: string) => readFileSync(new URL(`../../../fixtures/oci/${path}`, import.meta.url))
const hook: Field = ['HOOK_URL', 'https://buyer.example/return']
const refusal = (fields: Field[], options = {}) => {
  try {
    parseLogin([], fields, options)
  } catch (error) {
    if (error instanceof OciError) return [error.code, error.field]
    throw error
  }
  return null
}

describe('OCI 4.0/5.0 call-up', () => {
  it('reads what SAP SRM posts', () => {
    expect(parseLogin([], decodeForm(fixture('sap-srm/call-up-post.txt')))).toEqual({
      hookUrl: 'https://srm.almere.example/sap/bc/gui/sap/its/bbpsc01?sap-client=100&~session=7f3a',
      sapEvent: false,
      okCode: 'ADDI',
      target: '_top',
      caller: 'CTLG',
      returnTarget: 'basket',
      ociVersion: '4.0',
      charset: 'iso-8859-1',
      sapClient: '100',
      language: 'NL',
      username: 'demo',
      password: 'demo-secret',
      extra: [['COSTCENTER', '4711']],
    })
  })

  it('reads the SAP GUI call-up: SAPEVENT:POST, lower case, ~username, OCIVERSION', () => {
    const login = parseLogin(decodeForm(fixture('generic/call-up-sapgui.txt')), [])
    expect(login).toMatchObject({ hookUrl: 'SAPEVENT:POST', sapEvent: true, ociVersion: '5.0', extra: [] })
    expect(login).toMatchObject({ okCode: 'ADDI', target: '_top', caller: 'CTLG' })
    expect(login).toMatchObject({ username: 'demo', password: 'demo-secret' })
  })

  it('reads GET, POST and both mixed alike; the body counts first', () => {
    const rest: Field[] = [
      ['USERNAME', 'u'],
      ['~target', 'frame'],
    ]
    const expected = parseLogin([], [hook, ...rest])
    expect(parseLogin([hook, ...rest], [])).toEqual(expected)
    expect(parseLogin(rest, [hook])).toEqual(expected)
    expect(parseLogin([['username', 'query']], [hook, ['USERNAME', 'body']])).toMatchObject({
      username: 'body',
      extra: [['username', 'query']],
    })
  })

  it('knows every name in any case', () => {
    const names = ['HOOK_URL', '~OKCODE', '~Caller', 'ReturnTarget', 'Opi_Version', 'HTTP_CONTENT_CHARSET', 'OciCancel']
    const cased = (change: (name: string) => string) =>
      parseLogin(
        [],
        names.map((name): Field => [change(name), name === 'HTTP_CONTENT_CHARSET' ? 'UTF-8' : `v-${name}`]),
      )
    const upper = cased((name) => name.toUpperCase())
    expect(cased((name) => name.toLowerCase())).toEqual(upper)
    expect(upper).toMatchObject({ okCode: 'v-~OKCODE', returnTarget: 'v-ReturnTarget', charset: 'utf-8' })
    expect(upper).toMatchObject({ opiVersion: 'v-Opi_Version', cancelUrl: 'v-OciCancel', extra: [] })
  })

  it('takes the return address under another name where Customizing says so', () => {
    const renamed: Field[] = [['MM_HOOK_URL', 'https://buyer.example/mm']]
    expect(parseLogin([], renamed, { hookUrlName: 'mm_hook_url' }).hookUrl).toBe('https://buyer.example/mm')
    expect(refusal(renamed)).toEqual(['missing', 'HOOK_URL'])
    expect(refusal([], { hookUrlName: 'MM_HOOK_URL' })).toEqual(['missing', 'MM_HOOK_URL'])
    expect(parseLogin([], [hook, ...renamed], { hookUrlName: 'MM_HOOK_URL' }).hookUrl).toBe('https://buyer.example/mm')
    expect(parseLogin([], [hook], { hookUrlName: 'MM_HOOK_URL' }).hookUrl).toBe('https://buyer.example/return')
  })

  it('refuses a call-up without a return address, and one no address can be', () => {
    expect(refusal([])).toEqual(['missing', 'HOOK_URL'])
    expect(refusal([['HOOK_URL', '  ']])).toEqual(['missing', 'HOOK_URL'])
    expect(refusal([['HOOK_URL', 'https://a.example/\nSet-Cookie: x']])).toEqual(['illegal-character', 'HOOK_URL'])
    expect(refusal([['HOOK_URL', `https://a.example/${'x'.repeat(3983)}`]])).toEqual(['value', 'HOOK_URL'])
    expect(refusal([['HOOK_URL', `https://a.example/${'x'.repeat(3982)}`]])).toBeNull()
    expect(refusal([hook, ['OCICANCEL', 'https://a.example/\tb']])).toEqual(['illegal-character', 'OCICANCEL'])
  })

  it('refuses control characters anywhere: no later store or page can hold them', () => {
    expect(refusal([hook, ['note', 'a\u0000b']])).toEqual(['illegal-character', 'note'])
    expect(refusal([hook, ['no\u0001te', 'a']])).toEqual(['illegal-character', 'no?te'])
  })

  it('keeps unknown names and repeated values in order, but never a password', () => {
    const login = parseLogin(
      [],
      [
        ['email', 'a@b.example'],
        hook,
        ['PASSWORD', 'one'],
        ['password', 'two'],
        ['NEW_ITEM-VENDOR', '7'],
        ['EMAIL', 'c'],
      ],
    )
    expect(login.extra).toEqual([
      ['email', 'a@b.example'],
      ['NEW_ITEM-VENDOR', '7'],
      ['EMAIL', 'c'],
    ])
    expect(login.password).toBe('one')
    expect(JSON.stringify({ ...login, password: '' })).not.toMatch(/one|two/)
  })

  it('keeps a charset it does not know among the extras', () => {
    const login = parseLogin([], [hook, ['http_content_charset', '1100']])
    expect(login.charset).toBeUndefined()
    expect(login.extra).toEqual([['http_content_charset', '1100']])
  })
})

describe('OCI FUNCTION', () => {
  it('reads VALIDATE with product and quantity', () => {
    const login = parseLogin([], decodeForm(fixture('sap-srm/call-up-validate.txt')))
    expect(login).toMatchObject({ function: 'VALIDATE', productId: '0012-A', quantity: '12.5', vendor: '100077' })
  })

  it.each(ociFunctions)('knows %s in any case and asks for what it needs', (name) => {
    const search = name === 'SOURCING' || name === 'BACKGROUND_SEARCH'
    const needed = search ? 'SEARCHSTRING' : 'PRODUCTID'
    expect(refusal([hook, ['FUNCTION', name]])).toEqual(['missing', needed])
    expect(parseLogin([], [hook, ['function', name.toLowerCase()], [needed, 'x']]).function).toBe(name)
  })

  it('refuses a function it does not know and a quantity that is no number', () => {
    expect(refusal([hook, ['FUNCTION', 'DOWNLOADJSON']])).toEqual(['function', 'FUNCTION'])
    for (const quantity of ['1,5', '-1', '1e3', '1.2345', '123456789012'])
      expect(refusal([hook, ['FUNCTION', 'VALIDATE'], ['PRODUCTID', '1'], ['QUANTITY', quantity]])).toEqual([
        'value',
        'QUANTITY',
      ])
    expect(refusal([hook, ['FUNCTION', 'VALIDATE'], ['PRODUCTID', '1'], ['QUANTITY', '12345678901.123']])).toBeNull()
  })

  it('is absent where FUNCTION is empty', () => {
    expect(parseLogin([], [hook, ['FUNCTION', '']]).function).toBeUndefined()
    expect(parseLogin([], [hook, ['FUNCTION', ' ']]).function).toBeUndefined()
  })

  it('throws nothing but OciError on any fields', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('HOOK_URL', 'FUNCTION', 'QUANTITY', '__proto__', 'constructor'))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'binary' }))), (fields) => {
        try {
          expect(parseLogin(fields, [hook, ...fields]).hookUrl).not.toBe('')
        } catch (error) {
          expect(error).toBeInstanceOf(OciError)
        }
      }),
    )
  })
})

describe('a call-up for display', () => {
  it('shows everything but the passwords', () => {
    expect(redactLogin(fixture('sap-srm/call-up-post.txt'))).toBe(
      fixture('sap-srm/call-up-post.txt').toString('latin1').replace('demo-secret', '***'),
    )
    expect(redactLogin('https://h.example/oci?a=1&~Password=x%26y&b=2')).toBe(
      'https://h.example/oci?a=1&~Password=***&b=2',
    )
    expect(redactLogin('PASS%57ORD=x&sap-password=y&TOKEN=z&pass=seen')).toBe(
      'PASS%57ORD=***&sap-password=***&TOKEN=***&pass=seen',
    )
    expect(redactLogin('PASSWORD=a b#c\nd&x=1')).toBe('PASSWORD=***&x=1')
  })

  it('never shows the password parseLogin finds', () => {
    const spelling = fc.constantFrom('PASSWORD', 'password', '~Password', 'PaSsWoRd', '+password', 'pass%77ord')
    const secret = fc.stringMatching(/^[A-Za-z0-9]{12}$/)
    fc.assert(
      fc.property(spelling, secret, fc.webQueryParameters(), (name, value, others) => {
        const raw = `HOOK_URL=https://b.example&${name}=${value}&${others}`
        fc.pre(!others.includes(value))
        expect(redactLogin(raw)).not.toContain(value)
      }),
    )
  })

  it('stands megabytes', () => {
    expect(redactLogin('a'.repeat(2_000_000))).toHaveLength(2_000_000)
    expect(redactLogin('=&'.repeat(500_000))).toHaveLength(1_000_000)
  })
})
