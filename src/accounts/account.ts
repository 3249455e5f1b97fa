// Company accounts, people and what a role may do: the identity model every channel resolves to.

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
  status: 'active' | 'suspended'
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
  role: RoleName
  status: 'invited' | 'active' | 'suspended' | 'removed'
  costCentre: string | null
}

/** The ready-made roles. `administers` = may manage users or rules; such a role is never given by a default or on first sight. */
export const roles = {
  'buyer-admin': { title: 'Buyer admin', administers: true },
  'purchase-manager': { title: 'Purchase manager', administers: true },
  buyer: { title: 'Buyer', administers: false },
  'junior-buyer': { title: 'Junior buyer', administers: false },
  approver: { title: 'Approver', administers: false },
  finance: { title: 'Finance', administers: false },
  'receiving-clerk': { title: 'Receiving clerk', administers: false },
  viewer: { title: 'Viewer', administers: false },
} as const satisfies Record<string, { title: string; administers: boolean }>

export type RoleName = keyof typeof roles

export const roleNames = Object.keys(roles) as [RoleName, ...RoleName[]]
