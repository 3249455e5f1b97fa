// A punchout session: a buyer on their way through the storefront, from setup to the returned cart.
import type { RoleName } from '../accounts/permission.ts'
import type { Address, CartLine } from '../cart.ts'
import type { Identity, Parties } from '../partners/authenticate-partner.ts'
import type { Mode } from '../partners/partner.ts'
import type { Transitions } from '../state-machine.ts'

export type SessionState = 'created' | 'opened' | 'returned' | 'cancelled' | 'expired'

export const sessionTransitions = {
  created: ['opened', 'returned', 'cancelled', 'expired'],
  opened: ['returned', 'cancelled', 'expired'],
  // Posted again before the buyer's browser took the form: the later cart counts.
  returned: ['returned', 'cancelled'],
  cancelled: [],
  expired: [],
} as const satisfies Transitions<SessionState>

export type Operation = 'create' | 'edit' | 'inspect' | 'source'

/** A line the buyer's system shows us on edit or inspect, with what the hub knows of it. */
export interface EditLine {
  lineNumber: number
  quantity: string
  supplierPartId: string
  supplierPartAuxiliaryId: string | null
  /** current = returned by us and still standing; stale = replaced by a later cart or too old; unknown = never returned by us. */
  origin: 'current' | 'stale' | 'unknown'
  why: string
  /** When the hub returned it, ISO 8601. */
  returnedAt: string | null
  /** The line as it was returned, with the buyer's quantity of now. Null where the hub doesn't know it. */
  line: CartLine | null
}

/** What the setup said and the hub made of it. Kept as it was then: a rule changed later doesn't change a running session. */
export interface PunchoutSetup {
  documentId: string
  buyerCookie: string | null
  returnUrl: string
  language: string | null
  contract: string | null
  role: RoleName | null
  costCentre: string | null
  shipTo: Address | null
  extrinsics: Record<string, string>
  /** OCI FUNCTION and its inputs; for cXML only the selected items of `source` and `create`. */
  asked: {
    function: string | null
    productId: string | null
    quantity: string | null
    searchString: string | null
    vendor: string | null
    selectedItems: { supplierPartId: string; supplierPartAuxiliaryId: string | null }[]
  }
  /** Lines to edit or inspect; null when the setup brought none. */
  editLines: EditLine[] | null
  /** cXML: From and To of the request, which the returned message turns round. */
  parties: { from: Identity[]; to: Identity[] } | null
  /** OCI: parameters of the call-up, without the password, for the return form. */
  callUp: Record<string, string | null> | null
}

export interface PunchoutSession {
  id: string
  sellerId: string
  partnerId: string
  storefrontId: string
  accountId: string
  personId: string
  protocol: 'cxml' | 'oci'
  mode: Mode
  operation: Operation
  state: SessionState
  editsSessionId: string | null
  setup: PunchoutSetup
  returnDocumentId: string | null
  /** When the buyer's browser took the return form. */
  leftAt: Date | null
  expiresAt: Date
  createdAt: Date
}

/** Minutes a StartPage token lives: the buyer's system redirects at once. */
export const START_MINUTES = 10
/** Minutes a storefront has to exchange the code of the redirect. */
export const CODE_MINUTES = 5

/** From and To of a request without its secret, as a session keeps them. */
export function partiesToKeep(parties: Parties): { from: Identity[]; to: Identity[] } {
  return { from: parties.from, to: parties.to }
}
