// Company accounts, people and memberships: the identity model every channel resolves to.
import type { RoleName } from './permission.ts'

export interface Account {
  id: string
  sellerId: string
  parentId: string | null
  kind: 'holding' | 'company' | 'branch' | 'department'
  name: string
  /** The seller's customer number, as the ERP knows it. */
  customerNumber: string | null
  /** The ERP whose customer it is; null = as the account above, at the top any of the seller’s. */
  erpConnectionId: string | null
  status: 'active' | 'suspended' | 'prospect' | 'closed'
}

export interface Person {
  id: string
  sellerId: string
  email: string
  name: string
  status: 'active' | 'suspended'
}

export interface Membership {
  id: string
  accountId: string
  personId: string
  /** Its own role in the account; null = only what grants give. */
  role: RoleName | null
  status: 'invited' | 'active' | 'suspended' | 'removed'
  costCentre: string | null
}
