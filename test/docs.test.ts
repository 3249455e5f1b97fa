// The docs name tests and calls: each of them is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { routes } from '../src/http/app.ts'

const ROOT = join(import.meta.dirname, '..')
const text = readFileSync(join(ROOT, 'docs/purchasing.md'), 'utf8')
const tests = readdirSync(join(ROOT, 'test'), { recursive: true }).map(String)

describe('docs/purchasing.md', () => {
  it('names tests that there are', () => {
    const named = [...text.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, name = '']) => name)
    expect(named.length).toBeGreaterThan(50)
    expect(
      named.filter((name) =>
        name.includes('/') ? !existsSync(join(ROOT, name)) : !tests.some((t) => t.endsWith(`/${name}`)),
      ),
    ).toEqual([])
  })

  it('names calls that there are', () => {
    const calls = [...text.matchAll(/`(?:[A-Z/]+ )?((?:\/api\/v1|\/scim\/v2)\/[\w/:-]+)`/g)].map(
      ([, path = '']) => path,
    )
    const known = routes.map((route) => route.path)
    expect(calls.length).toBeGreaterThan(25)
    expect(calls.filter((path) => !known.includes(path))).toEqual([])
  })
})
