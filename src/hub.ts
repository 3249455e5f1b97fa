// What routes and jobs receive: the hub's database, clock, ids, log and keys. Built once, in assemble.ts.
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { ConnectorDefinition } from '../connectors/connector.ts'
import type { Standing, StandingQuestion } from './accounts/account-store.ts'
import type { Config } from './config.ts'
import type { Db } from './database/database.ts'
import type { NewDocument } from './documents/document-store.ts'
import type { OpenErp } from './erp/call-erp.ts'
import type { RecentPartners } from './partners/recent-partners.ts'
import type { Keyring } from './secrets.ts'
import type { TokenSigner } from './token-signer.ts'

export interface Hub {
  db: Db
  config: Config
  log: Logger
  metrics: Registry
  /** Seals and opens what must not lie readable in the database. */
  keys: Keyring
  /** Signs the tokens that storefronts check against /.well-known/jwks.json. */
  tokens: TokenSigner
  partners: RecentPartners
  /** Stores an incoming document, together with others that come at the moment. False = its partner sent this payloadID before. */
  storeIncoming(document: NewDocument): Promise<boolean>
  /** What a person is to an account, asked together with others. */
  findStanding(question: StandingQuestion): Promise<Standing | undefined>
  /** Every connector there is, by id. */
  connectors: Readonly<Record<string, ConnectorDefinition>>
  /** Opens an ERP connection, once per version of its settings. Calls go through `callErp`, which minds the breaker. */
  openErp: OpenErp
  now(): Date
  /** A UUID v7: rows sort by their birth. */
  newId(): string
  /** 256 random bits, base64url: one-time codes and page tokens. Stored only as a hash. */
  newToken(): string
  /** Whether queue and database answer; for /readyz. */
  queueReady(): Promise<boolean>
}
