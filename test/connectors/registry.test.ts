// The list of connectors, and what the READMEs say of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { streamNames } from '../../connectors/connector.ts'
import { connectors } from '../../connectors/registry.ts'

const CONNECTORS = join(import.meta.dirname, '../../connectors')
const read = (path: string) => readFileSync(join(CONNECTORS, path), 'utf8')

describe('the registry', () => {
  it('has every connector under its own id', () => {
    expect(Object.keys(connectors)).toEqual(Object.values(connectors).map((definition) => definition.id))
    expect(Object.keys(connectors)).toEqual(expect.arrayContaining(['memory', 'flat-file']))
  })

  it.for(Object.keys(connectors))('%s can be shown to an admin as a form', (id) => {
    const schema = z.toJSONSchema(connectors[id]?.config ?? z.never(), { io: 'input' })
    expect(Object.keys(schema.properties ?? {}).length).toBeGreaterThan(0)
  })

  it.for(Object.keys(connectors))('%s stands in the table of the README with what it can do', (id) => {
    const row = read('README.md')
      .split('\n')
      .find((line) => line.startsWith(`| [\`${id}\`]`))
    const [, , ...cells] = (row ?? '').split('|').map((cell) => cell.trim())
    const can = connectors[id]?.capabilities
    const missing = streamNames.filter((stream) => !can?.streams.includes(stream))
    expect(cells.slice(0, 5)).toEqual([
      ...[can?.pushOrder, can?.changeOrder, can?.cancelOrder, can?.invoicePdf].map((yes) => (yes ? 'yes' : '-')),
      missing.length === 0 ? 'all' : `all but ${missing.map((stream) => `\`${stream}\``).join(', ')}`,
    ])
  })
})

describe('flat-file/README.md', () => {
  it('lists every column that is read', () => {
    const code = ['records.ts', 'outgoing-orders.ts', 'read-records.ts']
      .map((file) => read(`flat-file/${file}`))
      .join('')
    const columns = [...code.matchAll(/\b(?:row|line|first)\.(?!address)\w+\(\s*'(\w+)'/g)].map(
      ([, column]) => column ?? '',
    )
    expect(new Set(columns).size).toBeGreaterThan(60)
    const readme = read('flat-file/README.md')
    expect([...new Set(columns)].filter((column) => !readme.includes(`\`${column}\``))).toEqual([])
  })
})
