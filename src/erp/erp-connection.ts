// A connection to one ERP of a seller: which connector, its sealed settings, how often it is read, and its circuit breaker.
import { z } from 'zod'
import type { StreamName } from '../../connectors/connector.ts'

/** How often each stream is read unless the connection says otherwise, seconds. Orders and stock of documents change all day. */
export const usualSchedule: Readonly<Record<StreamName, number>> = {
  customers: 3600,
  shipTos: 3600,
  prices: 21_600,
  orders: 60,
  shipments: 60,
  invoices: 120,
  openItems: 600,
  balances: 600,
  creditLimits: 3600,
}

export const connectionSettingsSchema = z
  .object({
    schedule: z
      .partialRecord(
        z.enum(Object.keys(usualSchedule) as [StreamName, ...StreamName[]]),
        z.int().min(5).max(604_800).nullable(),
      )
      .default({})
      .describe('seconds between two reads of a stream; null = only when nudged'),
    concurrency: z.int().min(1).max(50).default(6).describe('jobs of this ERP at once'),
    createAccounts: z
      .boolean()
      .default(true)
      .describe('a customer of the ERP that the hub does not know becomes a company account'),
  })
  .meta({ id: 'ErpConnectionSettings' })
export type ConnectionSettings = z.infer<typeof connectionSettingsSchema>

export interface ErpConnection {
  id: string
  sellerId: string
  name: string
  /** Id in connectors/registry.ts. */
  connector: string
  sealedConfig: Buffer
  settings: ConnectionSettings
  status: 'active' | 'paused'
  /** Orders without an account are this customer's in the ERP; null = they are held. */
  guestCustomerNumber: string | null
  version: number
  /** Failures in a row; from BREAK_AFTER on nobody calls until `closedUntil`. */
  failures: number
  closedUntil: Date | null
  lastError: string | null
  lastOkAt: Date | null
  /** Of the secret the ERP may show to be read at once; null = it has none. */
  nudgeSecretHash: Buffer | null
  createdAt: Date
  updatedAt: Date
}

/** Where a record of an ERP's comes from. */
export type ErpOrigin = Pick<ErpConnection, 'id' | 'sellerId'>

/** The purpose connection settings are sealed for. */
export const CONFIG_PURPOSE = 'erp-config'

/** The queue a connection's jobs wait in: one sick ERP holds up no other. */
export const erpQueue = (connectionId: string): string => `erp-${connectionId}`

/** Failures in a row after which an ERP is left alone for a while. */
export const BREAK_AFTER = 5
const FIRST_PAUSE_SECONDS = 15
const LONGEST_PAUSE_SECONDS = 900

/** Seconds nobody calls after this many failures in a row; doubled each time. 0 = go on. */
export function pauseAfter(failures: number): number {
  if (failures < BREAK_AFTER) return 0
  return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (failures - BREAK_AFTER))
}

const FIRST_LOGIN_PAUSE_SECONDS = 900
const LONGEST_LOGIN_PAUSE_SECONDS = 86_400

/** As pauseAfter, when the ERP refused the login: only a person can mend that, and their saving or checking the connection ends it. */
export function pauseAfterLogin(failures: number): number {
  return Math.min(LONGEST_LOGIN_PAUSE_SECONDS, FIRST_LOGIN_PAUSE_SECONDS * 2 ** (failures - BREAK_AFTER))
}
