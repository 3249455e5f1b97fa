// An ERP says that something happened there: its streams are read at once instead of when they are due. It shows the connection's
// nudge secret (bearer, or ?token= where an ERP can send no header), or comes as an API client. What it posts is not looked at.
import { timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import { z } from 'zod'
import { type StreamName, streamNames } from '../../connectors/connector.ts'
import { askSync } from '../erp/ask-sync.ts'
import type { ErpConnection } from '../erp/erp-connection.ts'
import { findConnection, findConnectionById, lockConnection } from '../erp/erp-connection-store.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { sha256 } from '../secrets.ts'
import { authenticate } from './authenticate.ts'
import { chooseStreams } from './connections.ts'
import { assertNotLocked, countFailure } from './failure-limit.ts'
import type { Route } from './route.ts'

/** A reading asked for waits so long, and serves every nudge that comes meanwhile. */
const GATHER_MS = 1_000

const query = z.object({
  streams: z
    .string()
    .max(500)
    .optional()
    .describe(`some of ${streamNames.join(', ')}, with commas; default: all`)
    .meta({ example: 'orders,shipments' }),
  token: z.string().max(200).optional().describe('the nudge secret, where no header can be sent'),
})

const answer = z
  .object({ streams: z.array(z.enum(streamNames)).describe('that will be read within a second or so') })
  .meta({ id: 'Nudged' })

export const nudgeRoute: Route = {
  method: 'post',
  path: '/api/v1/erp/:connectionId/nudge',
  who: 'anyone',
  summary: 'An ERP asks to be read at once',
  api: {
    tag: 'ERP connections',
    description:
      'By the connection’s nudge secret (`Authorization: Bearer nudge_...`, or `?token=`), or as an API client with the scope connections:write. The body is ignored. A hundred nudges within a second are one reading.',
    query,
    answer,
    status: 202,
  },
  async handle(hub, req, res) {
    const { streams: asked, token } = query.parse(req.query)
    const connection = await whoseNudge(hub, req, token)
    if (connection.status === 'paused') throw new HubError('wrong_state', 'The connection is paused.')
    const named = asked?.split(',').map((s) => s.trim()) as StreamName[] | undefined
    const streams = chooseStreams(hub, connection, named)
    await hub.db.transaction(async (trx) => {
      // One at a time, so that each sees what those before it have asked for.
      await lockConnection(trx, connection.id)
      const runAt = new Date(hub.now().getTime() + GATHER_MS)
      for (const stream of streams) await askSync(trx, connection.id, stream, { runAt })
    })
    res.status(202).json({ streams })
  },
}

/** The connection that may be nudged. Throws HubError unauthenticated, forbidden, too_many_requests or not_found. */
async function whoseNudge(hub: Hub, req: Request, token: string | undefined): Promise<ErpConnection> {
  const id = z.uuid().safeParse(req.params.connectionId).data
  const [, bearer] = /^bearer\s+(\S+)$/i.exec(req.get('authorization') ?? '') ?? []
  const secret = token ?? (bearer?.startsWith('nudge_') ? bearer : undefined)
  if (secret === undefined) {
    const { reach } = await authenticate(hub, req, { who: 'connections:write', may: 'connection.edit', sellers: true })
    const connection = id && (await findConnection(hub.db, reach.sellerId, id))
    if (!connection) throw new HubError('not_found', 'There is no such connection.')
    return connection
  }
  const address = req.ip ?? ''
  await assertNotLocked(address, `nudge ${id}`)
  const connection = id ? await findConnectionById(hub.db, id) : undefined
  const hash = connection?.nudgeSecretHash
  if (connection && hash && timingSafeEqual(hash, sha256(secret))) return connection
  await countFailure(address, `nudge ${id}`)
  throw new HubError('unauthenticated', 'The nudge secret is wrong, or this connection has none.')
}
