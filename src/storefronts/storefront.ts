// A storefront the hub hands buyers to, and the API client that speaks for it.

export interface Storefront {
  id: string
  sellerId: string
  name: string
  /** The buyer's browser is sent here with `?code=`. */
  punchoutUrl: string
  testPunchoutUrl: string | null
  /** Answers OCI background functions; null = the storefront has no look-up. */
  itemLookupUrl: string | null
}

/** What API clients may be allowed, and what each scope opens. */
export const scopes = {
  punchout: 'exchange codes, read sessions, return carts of the own storefront',
  'partners:read': 'read partners, profiles, accounts and storefronts',
  'partners:write': 'add and change partners, secrets and mapping rules',
  'documents:read': 'read wire documents and punchout sessions of all storefronts',
  'orders:read': 'read orders, shipments, spend, ship-to addresses and prices of every channel',
  'orders:write': 'release, reject and cancel orders',
  'invoices:read': 'read invoices, credit notes, open items and credit',
  'connections:read': 'see ERP connections and how far each was read',
  'connections:write': 'add, change, test and sync ERP connections',
  'webhooks:read': 'see webhook endpoints and what was sent to them',
  'webhooks:write': 'add, change and test webhook endpoints',
  'accounts:read': 'read company accounts, people, roles, cost centres, projects and ship-to addresses',
  'accounts:write': 'add and change them',
  'staff:write': 'add and change the seller’s own people, administrators too',
  'purchasing:read': 'read carts, requisitions, approvals, policies, budgets, quotes and returns',
  'purchasing:write': 'add, change and decide them',
  'people:act': 'speak for a person of a customer, with the header Hub-Membership: what that person may, and no more',
  'payments:write': 'pay invoices and apply credit notes',
  'audit:read': 'read and export the audit trail',
  'jobs:read': 'see jobs, waiting, done and dead',
  'jobs:write': 'replay dead jobs',
} as const

export type Scope = keyof typeof scopes
export const scopeNames = Object.keys(scopes) as [Scope, ...Scope[]]

export interface ApiClient {
  id: string
  sellerId: string
  /** Bound to one storefront, or null for tools of the seller. */
  storefrontId: string | null
  clientId: string
  scopes: Scope[]
  demo: boolean
}
