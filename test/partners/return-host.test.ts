import { describe, expect, it } from 'vitest'
import { asSources, returnHostSchema, whyReturnUrlRefused } from '../../src/partners/return-host.ts'

const allowed = ['buyer.example', '*.ariba.example', 'http://127.0.0.1:8080', 'https://buyer.example:8443']

describe('return addresses (SSRF, open redirect)', () => {
  it.each([
    'https://buyer.example/checkout?id=42&t=1',
    'https://BUYER.example/x',
    'https://s1.ariba.example/return',
    'https://a.b.ariba.example/return',
    'http://127.0.0.1:8080/demo/buyer/return/1',
    'https://buyer.example:8443/x',
    'https://buyer.example:443/x',
  ])('takes %s', (url) => expect(whyReturnUrlRefused(url, allowed)).toBeNull())

  it.each([
    ['javascript:alert(1)', 'javascript:'],
    ['JaVaScRiPt:alert(1)//https://buyer.example', 'javascript:'],
    ['data:text/html,x', 'data:'],
    ['file:///etc/passwd', 'file:'],
    ['http://buyer.example/', 'https'],
    ['https://evil.example/', 'not among'],
    ['https://buyer.example.evil.example/', 'not among'],
    ['https://evilbuyer.example/', 'not among'],
    ['https://ariba.example.evil/', 'not among'],
    ['https://xariba.example/', 'not among'],
    ['https://buyer.example@evil.example/', 'user name'],
    ['https://buyer.example:9999/', 'port 9999'],
    ['https://127.0.0.1/', 'IP address'],
    ['https://[::1]/', 'IP address'],
    ['https://169.254.169.254/latest/meta-data', 'IP address'],
    ['https://2130706433/', 'IP address'],
    ['https://localhost/', 'inside a network'],
    ['https://intranet/', 'inside a network'],
    ['http://127.0.0.1:8081/', 'https'],
    ['//buyer.example/x', 'complete'],
    ['', 'complete'],
    ['checkout', 'complete'],
  ])('refuses %s', (url, why) => expect(whyReturnUrlRefused(url, allowed)).toContain(why))

  it('takes hosts and origins into the list, no paths, wildcards in the middle or schemes', () => {
    for (const good of allowed) expect(returnHostSchema.safeParse(good).success, good).toBe(true)
    for (const bad of [
      '*',
      'buyer',
      'a.*.example',
      'https://buyer.example/path',
      'javascript:x',
      '*.',
      "x.example 'unsafe-inline'",
      'x.example;script-src',
    ])
      expect(returnHostSchema.safeParse(bad).success, bad).toBe(false)
    expect(asSources(allowed)).toEqual([
      'https://buyer.example',
      'https://*.ariba.example',
      'http://127.0.0.1:8080',
      'https://buyer.example:8443',
    ])
  })
})
