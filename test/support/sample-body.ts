// A body that a route's schema takes, made from the schema: for tests that go through every route.
import { z } from 'zod'

interface Schema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
  minimum?: number
  minLength?: number
  pattern?: string
  format?: string
  examples?: unknown[]
  example?: unknown
  $ref?: string
  $defs?: Record<string, Schema>
}

const texts = [
  '1',
  '12.50',
  'EUR',
  'NL',
  '01-31',
  '2026-01-31',
  'buyer',
  'net',
  'a-sensible-text',
  'Europe/Amsterdam',
  'A1',
]

/** Every required property and no other; each id in it is `id`. */
export function sampleBody(body: z.ZodType, id: string): unknown {
  const root = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as Schema
  const resolved = (schema: Schema): Schema =>
    schema.$ref ? resolved(root.$defs?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema
  const sample = (given: Schema): unknown => {
    const schema = resolved(given)
    if ('const' in schema) return schema.const
    if (schema.enum) return schema.enum[0]
    const any = schema.anyOf ?? schema.oneOf
    if (any) return sample(any.find((s) => s.type !== 'null') ?? {})
    if (schema.allOf)
      return sample(Object.assign({}, ...[{ ...schema, allOf: undefined }, ...schema.allOf].map(resolved)))
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
    if (type === 'object')
      return Object.fromEntries((schema.required ?? []).map((name) => [name, sample(schema.properties?.[name] ?? {})]))
    if (type === 'array')
      return schema.minItems ? Array.from({ length: schema.minItems }, () => sample(schema.items ?? {})) : []
    if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1)
    if (type === 'boolean') return false
    return type === 'string' ? text(schema) : null
  }
  const text = (schema: Schema): string => {
    if (schema.format === 'uuid') return id
    if (schema.format === 'date') return '2026-01-31'
    if (schema.format === 'date-time') return '2026-01-31T09:00:00Z'
    if (schema.format === 'email') return 'somebody@example.com'
    if (schema.format === 'uri') return 'https://somewhere.example/'
    const fits = (t: string) =>
      (!schema.pattern || new RegExp(schema.pattern, 'u').test(t)) && t.length >= (schema.minLength ?? 0)
    const example = schema.example ?? schema.examples?.[0]
    return [String(example ?? ''), ...texts, 'a'.repeat(40)].find((t) => t !== '' && fits(t)) ?? 'x'
  }
  return sample(root)
}
