// POST /oauth/token: client credentials grant, RFC 6749 section 4.4. Errors in its own form, section 5.2.
import express, { type Response } from 'express'
import { z } from 'zod'
import { HubError } from '../errors.ts'
import { authenticateClient } from '../storefronts/authenticate-client.ts'
import { apiAudience, readBasic } from './authenticate.ts'
import type { Route } from './route.ts'

const TOKEN_SECONDS = 900

const form = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().max(200).optional(),
  client_secret: z.string().max(500).optional(),
  scope: z.string().max(1000).optional(),
})

const readForm = express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 20 })

export const tokenRoute: Route = {
  method: 'post',
  path: '/oauth/token',
  who: 'anyone',
  summary: 'Get an access token (client credentials)',
  api: {
    tag: 'Sign-in',
    description: `OAuth 2 client credentials, RFC 6749 section 4.4. The token lives ${TOKEN_SECONDS / 60} minutes. Client by HTTP Basic or in the form.`,
    status: 200,
    answer: z
      .object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.int(), scope: z.string() })
      .meta({ id: 'AccessToken' }),
  },
  async handle(hub, req, res) {
    await new Promise<void>((resolve, reject) => readForm(req, res, (error) => (error ? reject(error) : resolve())))
    res.set('Cache-Control', 'no-store')
    const input = form.safeParse(req.body ?? {})
    if (!input.success)
      return refuse(res, 400, 'invalid_request', 'Send grant_type, client_id and client_secret as a form, each once.')
    if (input.data.grant_type !== 'client_credentials')
      return refuse(res, 400, 'unsupported_grant_type', 'Only grant_type=client_credentials is offered.')
    const basic = readBasic(req)
    const id = basic?.id ?? input.data.client_id ?? ''
    const secret = basic?.secret ?? input.data.client_secret ?? ''
    try {
      const client = await authenticateClient(hub.db, id, secret, { refuseDemo: hub.config.production })
      const asked = input.data.scope?.split(' ').filter(Boolean) ?? client.scopes
      const missing = asked.filter((s) => !(client.scopes as string[]).includes(s))
      if (missing.length > 0)
        return refuse(res, 400, 'invalid_scope', `This client does not have: ${missing.join(', ')}`)
      const scope = asked.join(' ')
      const token = await hub.tokens.sign(
        { sub: client.id, client_id: client.clientId, scope },
        apiAudience(hub),
        TOKEN_SECONDS,
        hub.now(),
      )
      res.json({ access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS, scope })
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      res.locals.refused = true
      res.set('WWW-Authenticate', 'Basic realm="hub"')
      refuse(res, 401, 'invalid_client', error.message)
    }
  },
}

function refuse(res: Response, status: number, error: string, description: string): void {
  res.status(status).json({ error, error_description: description })
}
