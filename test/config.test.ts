import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'

describe('settings', () => {
  it('need nothing at all', () => {
    expect(readConfig({})).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:8080',
      demo: true,
      production: false,
    })
    expect(readConfig({ DATABASE_URL: '', PORT: '' }).databaseUrl).toBeUndefined()
  })

  it('name everything that is wrong at once, and what to write instead', () => {
    const wrong = () =>
      readConfig({
        PORT: 'http',
        DATABASE_URL: 'mysql://x',
        HUB_KEY: 'short',
        HUB_WORKER: 'maybe',
        HUB_TIME_ZONE: 'Mars/Base',
        HUB_TAKE_OVER_SECONDS: '1',
      })
    expect(wrong).toThrow(ConfigError)
    for (const name of ['PORT', 'DATABASE_URL', 'HUB_KEY', 'HUB_WORKER', 'HUB_TIME_ZONE', 'HUB_TAKE_OVER_SECONDS'])
      expect(wrong).toThrow(name)
    expect(wrong).toThrow(/openssl rand/)
  })

  it('refuse to run in production without a key, an address, or with demo secrets', () => {
    expect(() => readConfig({ NODE_ENV: 'production' })).toThrow(/HUB_KEY is needed[\s\S]*PUBLIC_URL is needed/)
    const HUB_KEY = Buffer.alloc(32, 7).toString('base64')
    const production = { NODE_ENV: 'production', HUB_KEY, PUBLIC_URL: 'https://hub.example/' }
    expect(() => readConfig({ ...production, HUB_DEMO: 'on' })).toThrow(/HUB_DEMO/)
    expect(readConfig(production)).toMatchObject({ production: true, demo: false, publicUrl: 'https://hub.example' })
  })
})
