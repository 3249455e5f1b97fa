// A connector's settings as they are described to an admin, checked, and shown: the secrets among them go in and never come out.
import { z } from 'zod'
import type { ConnectorDefinition } from '../../connectors/connector.ts'
import { HubError } from '../errors.ts'

export interface JsonSchema {
  /** Set by `.meta({ secret: true })`. */
  secret?: boolean
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  additionalProperties?: JsonSchema | boolean
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  const?: unknown
  [keyword: string]: unknown
}

/** The settings as JSON Schema (2020-12), made of the schema that checks them; secrets are `writeOnly` and say `secret`. */
export function describeConfig({ config }: ConnectorDefinition): JsonSchema {
  return z.toJSONSchema(config, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if ((jsonSchema as JsonSchema).secret === true) jsonSchema.writeOnly = true
    },
  }) as JsonSchema
}

/** Settings without their secrets, and which of those are set, by field (`login.password`). */
export function withoutSecrets(
  definition: ConnectorDefinition,
  config: unknown,
): { config: unknown; secrets: { field: string; set: boolean }[] } {
  const schema = describeConfig(definition)
  const shown = structuredClone(config)
  for (const path of secretPaths(schema, schema)) for (const { parent, key } of places(shown, path)) delete parent[key]
  const secrets = secretPaths(schema, schema, config).map((path) => ({
    field: path.join('.'),
    set: places(config, path).some(({ parent, key }) => parent[key] !== undefined),
  }))
  return { config: shown, secrets }
}

/**
 * New settings with the secrets they leave out taken from those before; null takes one away. In lists and tables nothing is kept:
 * there is no saying which entry is which. Throws HubError invalid_input when the settings lead to another host and would take secrets
 * there that were entered for the one before: they have to be entered again.
 */
export function keepSecrets(definition: ConnectorDefinition, given: unknown, before: unknown): unknown {
  const schema = describeConfig(definition)
  const kept = structuredClone(given)
  const hosts = hostsOf(before)
  const moved = hostsOf(given).some((host) => !hosts.includes(host))
  const taken: string[] = []
  for (const path of secretPaths(schema, schema, kept)) {
    const [place] = places(kept, path)
    const [known] = places(before, path)
    if (!place || path.includes('*')) continue
    const { parent, key } = place
    if (parent[key] === undefined && known?.parent[key] !== undefined) {
      if (moved) taken.push(path.join('.'))
      parent[key] = known.parent[key]
    } else if (parent[key] === null) delete parent[key]
  }
  if (taken.length === 0) return kept
  const message = 'has to be entered again: the settings lead to another host'
  throw new HubError('invalid_input', `${taken.join(', ')} ${message}.`, {
    details: taken.map((field) => ({ field: `config.${field}`, message })),
  })
}

/** Where settings lead to: the origins of addresses, and what is called a host or port, by field. */
function hostsOf(value: unknown, path = ''): string[] {
  if (typeof value === 'object' && value !== null)
    return Object.keys(value)
      .sort()
      .flatMap((key) => hostsOf(childOf(value, key), `${path}.${key}`))
  if (typeof value === 'string' && /^[a-z]+:\/\//i.test(value) && URL.canParse(value)) {
    const { protocol, host } = new URL(value)
    return [`${path}=${protocol}//${host}`]
  }
  return /\.(\w*host|\w*server|port)$/i.test(path) ? [`${path}=${String(value).toLowerCase()}`] : []
}

/** Checks settings. Throws ZodError that names the fields below `config`. */
export function checkConfig(definition: ConnectorDefinition, config: unknown): unknown {
  const parsed = definition.config.safeParse(config)
  if (parsed.success) return parsed.data
  throw new z.ZodError(parsed.error.issues.map((issue) => ({ ...issue, path: ['config', ...issue.path] })))
}

/** Where secrets stand; `*` = every entry of a list or table. With a value, alternatives that it contradicts are left out. */
function secretPaths(root: JsonSchema, schema: JsonSchema, value?: unknown, depth = 0): string[][] {
  if (schema.secret === true) return [[]]
  if (depth > 20) return []
  if (schema.$ref) {
    const named = root.$defs?.[schema.$ref.replace('#/$defs/', '')]
    return named ? secretPaths(root, named, value, depth + 1) : []
  }
  const below = (key: string, inner: JsonSchema, of?: unknown) =>
    secretPaths(root, inner, of, depth + 1).map((path) => [key, ...path])
  const entries = [schema.items, schema.additionalProperties].filter((s) => typeof s === 'object')
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  const paths = [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => below(key, inner, childOf(value, key))),
    ...entries.flatMap((inner) => below('*', inner)),
    ...alternatives
      .filter((inner) => !contradicts(inner, value))
      .flatMap((inner) => secretPaths(root, inner, value, depth + 1)),
  ]
  return [...new Map(paths.map((path) => [path.join('.'), path])).values()]
}

/** Whether a field that tells alternatives apart has another value. */
function contradicts({ properties = {} }: JsonSchema, value: unknown): boolean {
  return Object.entries(properties).some(([key, inner]) => {
    const given = childOf(value, key)
    return inner.const !== undefined && given !== undefined && given !== inner.const
  })
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

/** The places of a path in a value whose parents are there. */
function places(value: unknown, path: readonly string[]): { parent: Record<string, unknown>; key: string }[] {
  const [key = '', ...rest] = path
  if (typeof value !== 'object' || value === null) return []
  const parent = value as Record<string, unknown>
  const keys = key === '*' ? Object.keys(parent) : [key]
  if (rest.length === 0) return keys.map((k) => ({ parent, key: k }))
  return keys.flatMap((k) => places(parent[k], rest))
}
