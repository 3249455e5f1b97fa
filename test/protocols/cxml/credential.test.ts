// cXML Reference Guide, "Credential" and "Status"; facts/cxml.md: domains in any case, -T marks a test ANID.
import { describe, expect, test } from 'vitest'
import { isTestIdentity, productionIdentity, sameDomain, sameIdentity } from '../../../protocols/cxml/credential.ts'
import { isSuccess, statusCodes, statusOf } from '../../../protocols/cxml/status.ts'

describe('credentials', () => {
  test.each([
    ['NetworkID', 'NetworkId', true],
    ['networkid', 'NETWORKID', true],
    ['DUNS', 'duns ', true],
    ['DUNS', 'NetworkID', false],
  ])('domain %s and %s: %s', (a, b, same) => {
    expect(sameDomain(a, b)).toBe(same)
  })

  test('identities are compared exactly, but for the blanks of pretty-printing', () => {
    expect(sameIdentity({ domain: 'duns', identity: '\n  0123 ' }, { domain: 'DUNS', identity: '0123' })).toBe(true)
    expect(sameIdentity({ domain: 'DUNS', identity: '123' }, { domain: 'DUNS', identity: '0123' })).toBe(false)
  })

  test.each([
    ['NetworkID', 'AN01000000001-T', true, 'AN01000000001'],
    ['AribaNetworkUserId', 'AN01000000001-t', true, 'AN01000000001'],
    ['NetworkID', 'AN01000000001', false, 'AN01000000001'],
    ['DUNS', '123-T', false, '123-T'],
  ])('%s %s: test %s', (domain, identity, isTest, production) => {
    expect(isTestIdentity({ domain, identity })).toBe(isTest)
    expect(productionIdentity({ domain, identity })).toBe(production)
  })
})

describe('Status', () => {
  test('has the codes cXML has, and no HTTP codes besides', () => {
    expect(Object.keys(statusCodes).join(' ')).toBe(
      '200 201 204 211 280 281 400 401 402 403 406 409 412 450 475 476 477 499 500 550 551 560',
    )
    expect(() => statusOf(404)).toThrow(RangeError)
    expect(statusOf(406, 'why')).toEqual({ code: '406', text: 'Not Acceptable', message: 'why' })
  })

  test('2xx is success', () => {
    expect([200, 204, 281].every((c) => isSuccess(statusOf(c)))).toBe(true)
    expect([400, 450, 560].some((c) => isSuccess(statusOf(c)))).toBe(false)
  })
})
