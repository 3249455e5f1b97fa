// OpenAPI 3.1, made of the zod schemas that check the calls: what is documented is what is enforced.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import express, { type RequestHandler } from 'express'
import { z } from 'zod'
import { scopes } from '../storefronts/storefront.ts'
import { SESSION_COOKIE, SESSION_PREFIX } from './authenticate.ts'
import { errorSchema } from './render-error.ts'
import type { ApiDescription, Route } from './route.ts'

type JsonObject = Record<string, unknown>

/** The document for these routes. `publicUrl` becomes the server. */
export function describeApi(routes: readonly Route[], publicUrl: string): JsonObject {
  const paths: Record<string, JsonObject> = {}
  const schemas: JsonObject = {}
  for (const route of routes) {
    if (!route.api) continue
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: describeRoute(route, route.api, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Procurement hub',
      version: '1',
      description:
        'Storefront and administration API. Money is decimal text with an ISO 4217 code, time is ISO 8601 with offset, ids are UUIDs. Errors are `{error: {code, message, id, details}}`.',
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: { ...schemas, Error: inline(errorSchema, schemas) },
      securitySchemes: {
        oauth: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: `${publicUrl}/oauth/token`, scopes } } },
        basic: { type: 'http', scheme: 'basic' },
        session: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: `${SESSION_PREFIX}...`,
          description: 'Of a signed-in person: POST /api/v1/session',
        },
        sessionCookie: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
      },
    },
  }
}

function describeRoute(route: Route, api: ApiDescription, schemas: JsonObject): JsonObject {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: /^id$|Id$/.test(name) ? { type: 'string', format: 'uuid' } : { type: 'string' },
  }))
  const inQuery = Object.entries(api.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !(schema as z.ZodType).safeParse(undefined).success,
    schema: inline(schema as z.ZodType, schemas, 'input'),
  }))
  // A program calls what is for people with the header Hub-Membership, which needs people:act.
  const scopesNeeded = route.who === 'client' ? [] : [route.who === 'person' ? 'people:act' : route.who]
  const people = route.may ? [{ session: [] }, { sessionCookie: [] }] : []
  const failure = {
    description: 'It failed; `code` and `message` say why',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }
  return {
    operationId: `${route.method}${route.path.replace(/[^A-Za-z0-9]+(\w?)/g, (_, c: string) => c.toUpperCase())}`,
    tags: [api.tag],
    summary: route.summary,
    ...(api.description ? { description: api.description } : {}),
    ...(route.who === 'anyone' ? { security: [] } : { security: [{ oauth: scopesNeeded }, { basic: [] }, ...people] }),
    parameters: [...inPath, ...inQuery],
    ...(api.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: inline(api.body, schemas, 'input') } },
          },
        }
      : {}),
    responses: {
      [api.status]: {
        description: 'It worked',
        ...(api.answer
          ? { content: { [api.produces ?? 'application/json']: { schema: inline(api.answer, schemas) } } }
          : api.produces
            ? { content: { [api.produces]: { schema: { type: 'string', format: 'binary' } } } }
            : {}),
      },
      default: failure,
    },
  }
}

/** JSON Schema of a zod schema; schemas with an id move to components and are referred to. */
function inline(schema: z.ZodType, components: JsonObject, io: 'input' | 'output' = 'output'): unknown {
  const {
    $defs,
    $schema: _,
    ...rest
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as JsonObject
  const text = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/'))
  for (const [name, definition] of Object.entries(($defs ?? {}) as JsonObject)) components[name] = text(definition)
  const { id } = schema.meta() ?? {}
  if (typeof id === 'string' && schema !== errorSchema) {
    components[id] = text(rest)
    return { $ref: `#/components/schemas/${id}` }
  }
  return text(rest)
}

const docsPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Procurement hub API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>`

const docsStart = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#ui', deepLinking: true, docExpansion: 'list' })`

/** Swagger UI at /api/docs, served from the package: no address outside the hub. */
export function docsHandlers(): { page: RequestHandler; start: RequestHandler; assets: RequestHandler } {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const csp =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'"
  return {
    page: (_req, res) => void res.set('Content-Security-Policy', csp).type('html').send(docsPage),
    start: (_req, res) => void res.type('js').send(docsStart),
    assets: express.static(folder, { index: false, maxAge: '1h' }),
  }
}
