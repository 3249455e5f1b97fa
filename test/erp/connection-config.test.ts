// Settings of connectors: described, shown without secrets, changed without entering them again.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ConnectorDefinition } from '../../connectors/connector.ts'
import { connectors } from '../../connectors/registry.ts'
import { checkConfig, describeConfig, keepSecrets, withoutSecrets } from '../../src/erp/connection-config.ts'

const secret = z.string().min(1).meta({ secret: true })
const login = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('password'), user: z.string(), password: secret }),
  z.strictObject({ method: z.literal('key'), user: z.string(), key: secret, passphrase: secret.optional() }),
])
const config = z.strictObject({
  url: z.url(),
  apiKey: secret.optional().meta({ id: 'ApiKey' }),
  login,
  mirrors: z.array(z.strictObject({ url: z.string(), token: secret })).default([]),
})
const definition = { ...connectors.memory, config } as ConnectorDefinition

const full = {
  url: 'https://erp.example',
  apiKey: 'K',
  login: { method: 'password', user: 'hub', password: 'P' },
  mirrors: [{ url: 'a', token: 'T' }],
}

describe('settings of a connector', () => {
  it('are described with their secrets marked', () => {
    const schema = JSON.parse(JSON.stringify(describeConfig(definition)))
    const [byPassword] = schema.properties.login.oneOf ?? schema.properties.login.anyOf
    expect(byPassword.properties.password).toMatchObject({ type: 'string', writeOnly: true, secret: true })
    expect(byPassword.properties.user.writeOnly).toBeUndefined()
    expect(schema.required).toEqual(['url', 'login'])
  })

  it.each(Object.values(connectors).map((c) => [c.id, c] as const))('%s describes what it takes', (_id, connector) => {
    const schema = describeConfig(connector)
    expect(schema).toMatchObject({ type: 'object', properties: expect.any(Object) })
    // A word like that for what anybody may read would be a slip.
    const text = JSON.stringify(schema)
    for (const [, name] of text.matchAll(/"(\w*(?:password|secret|passphrase|privateKey)\w*)":\{/gi))
      expect(text, name).toMatch(new RegExp(`"${name}":\\{[^{}]*"writeOnly":true`))
  })

  it('are shown without secrets, wherever they stand, and say which are set', () => {
    expect(withoutSecrets(definition, full)).toEqual({
      config: {
        url: 'https://erp.example',
        login: { method: 'password', user: 'hub' },
        mirrors: [{ url: 'a' }],
      },
      secrets: [
        { field: 'apiKey', set: true },
        { field: 'login.password', set: true },
        { field: 'mirrors.*.token', set: true },
      ],
    })
    const keyed = { url: 'x', login: { method: 'key', user: 'hub', key: 'K' } }
    expect(withoutSecrets(definition, keyed).secrets).toEqual([
      { field: 'apiKey', set: false },
      { field: 'login.key', set: true },
      { field: 'login.passphrase', set: false },
      { field: 'mirrors.*.token', set: false },
    ])
    expect(withoutSecrets(definition, null).config).toBeNull()
  })

  it('keep the secrets they leave out, and lose one that is null', () => {
    const { config: shown } = withoutSecrets(definition, { ...full, mirrors: [] })
    expect(keepSecrets(definition, shown, full)).toEqual({ ...full, mirrors: [] })
    const changed = { ...full, apiKey: null, login: { method: 'password', user: 'new', password: 'Q' }, mirrors: [] }
    expect(keepSecrets(definition, changed, full)).toEqual({
      url: full.url,
      login: { method: 'password', user: 'new', password: 'Q' },
      mirrors: [],
    })
    expect(changed.apiKey).toBeNull()
  })

  it('take no secret along to another host', () => {
    const { config: shown } = withoutSecrets(definition, { ...full, mirrors: [] })
    const elsewhere = { ...(shown as object), url: 'https://elsewhere.example' }
    expect(() => keepSecrets(definition, elsewhere, full)).toThrow(/apiKey, login.password has to be entered again/)
    const entered = { ...full, url: 'https://elsewhere.example', mirrors: [] }
    expect(keepSecrets(definition, entered, full)).toEqual(entered)
    const path = { ...(shown as object), url: 'https://erp.example/other' }
    expect(keepSecrets(definition, path, full)).toMatchObject({ ...path, apiKey: 'K' })
  })

  it('take no secret along to another way of signing in, nor into a list', () => {
    const keyed = { url: full.url, login: { method: 'key', user: 'hub' }, mirrors: [{ url: 'b' }] }
    expect(keepSecrets(definition, keyed, full)).toEqual({ ...keyed, apiKey: 'K' })
  })

  it('are refused by field', () => {
    const wrong = { ...full, url: 'nonsense', login: { method: 'key', user: 'hub' } }
    expect(() => checkConfig(definition, wrong)).toThrow(z.ZodError)
    try {
      checkConfig(definition, wrong)
    } catch (error) {
      expect((error as z.ZodError).issues.map((i) => i.path.join('.'))).toEqual(['config.url', 'config.login.key'])
    }
  })
})
