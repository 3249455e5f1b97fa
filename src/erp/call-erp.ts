// Every call to an ERP goes through here: the connection is opened once per version of its settings, and a circuit breaker, kept
// in the database for all workers, leaves a sick ERP alone and lets one try at a time find out whether it is well again.
import type { ConnectorDefinition, ErpConnector } from '../../connectors/connector.ts'
import { ErpError } from '../../connectors/erp-error.ts'
import type { Db } from '../database/database.ts'
import { HubError } from '../errors.ts'
import { type Keyring, open } from '../secrets.ts'
import { BREAK_AFTER, CONFIG_PURPOSE, type ErpConnection, pauseAfter, pauseAfterLogin } from './erp-connection.ts'
import {
  claimProbe,
  findConnectionById,
  recordCallFailed,
  recordCallSucceeded,
  restConnection,
} from './erp-connection-store.ts'

/** An opened connection with what the connector can do. */
export interface OpenedErp {
  connection: ErpConnection
  definition: ConnectorDefinition
  erp: ErpConnector
}

/** Opens connections; hub.openErp. Throws HubError when the connector is unknown or its settings no longer fit. */
export type OpenErp = (connection: ErpConnection) => OpenedErp

/** Seconds the one try after a pause may take before the next is let through. */
const PROBE_SECONDS = 60
const LEAST_WAIT_SECONDS = 2
const MOST_WAIT_SECONDS = 10

/** Makes the opener. A connection's sockets and sessions are shared by all callers until its settings change. */
export function makeErpOpener(
  connectors: Readonly<Record<string, ConnectorDefinition>>,
  keys: Keyring,
  surroundings: Parameters<ConnectorDefinition['connect']>[1],
): { open: OpenErp; close(): Promise<void> } {
  const opened = new Map<string, { version: number; erp: ErpConnector }>()
  return {
    open(connection) {
      const definition = Object.hasOwn(connectors, connection.connector) ? connectors[connection.connector] : undefined
      if (!definition)
        throw new HubError('unavailable', `This version of the hub has no connector "${connection.connector}".`)
      const known = opened.get(connection.id)
      if (known?.version === connection.version) return { connection, definition, erp: known.erp }
      // Its calls in hand break off and are made again; how it ends is of no concern.
      known?.erp.close?.().catch(() => undefined)
      const config = JSON.parse(open(keys, CONFIG_PURPOSE, connection.sealedConfig).toString())
      const erp = definition.connect(definition.config.parse(config), surroundings)
      opened.set(connection.id, { version: connection.version, erp })
      return { connection, definition, erp }
    },
    async close() {
      await Promise.all([...opened.values()].map(({ erp }) => erp.close?.()))
      opened.clear()
    },
  }
}

export interface ErpCaller {
  db: Db
  openErp: OpenErp
  now(): Date
}

/**
 * Calls an ERP. Throws ErpError: `throttled` while the breaker is open, the ERP asked to wait or the connection is paused, else what the
 * connector threw. A refusal is an answer: it closes the breaker.
 */
export async function callErp<T>(
  caller: ErpCaller,
  connectionId: string,
  call: (opened: OpenedErp) => Promise<T>,
): Promise<T> {
  const { db } = caller
  const connection = await findConnectionById(db, connectionId)
  if (!connection) throw new HubError('not_found', 'The ERP connection was removed.')
  if (connection.status === 'paused')
    throw new ErpError('throttled', `The connection "${connection.name}" is paused.`, { retryAfter: 60 })
  const probes = await passBreaker(caller, connection)
  try {
    const result = await call(caller.openErp(connection))
    await recordCallSucceeded(db, connectionId, probes, caller.now())
    return result
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    await recordOutcome(caller, connection, probes, error)
    throw error.kind === 'throttled' ? lookAgain(error.message, error.retryAfter, error) : error
  }
}

/** The connection keeps the time in which nobody calls; who waits for it looks now and then whether it has ended early. */
function lookAgain(words: string, seconds: number | undefined, cause?: unknown): ErpError {
  const retryAfter = seconds && Math.min(Math.max(seconds, LEAST_WAIT_SECONDS), MOST_WAIT_SECONDS)
  return new ErpError('throttled', words, { retryAfter, cause })
}

/** Answers whether this is the one try that finds out. */
async function passBreaker({ db, now }: ErpCaller, connection: ErpConnection): Promise<boolean> {
  const { id, name, closedUntil, failures, lastError } = connection
  if (!closedUntil) return false
  const wait = Math.ceil((closedUntil.getTime() - now().getTime()) / 1000)
  if (wait <= 0 && failures < BREAK_AFTER) return false
  if (wait <= 0 && (await claimProbe(db, id, PROBE_SECONDS, now()))) return true
  throw lookAgain(`The connection "${name}" rests: ${lastError}`, Math.max(wait, LEAST_WAIT_SECONDS))
}

async function recordOutcome(
  { db, now }: ErpCaller,
  { id }: ErpConnection,
  probes: boolean,
  error: ErpError,
): Promise<void> {
  const { kind, message, retryAfter = 0 } = error
  if (kind === 'refused') await recordCallSucceeded(db, id, probes, now())
  else if (kind === 'throttled') await restConnection(db, id, message, retryAfter, now())
  // A wrong password is tried no five times: ERPs lock users.
  else if (kind === 'unauthorised') await recordCallFailed(db, id, message, BREAK_AFTER, pauseAfterLogin, now())
  else await recordCallFailed(db, id, message, 1, pauseAfter, now())
}
