// What people may do, and how far. A right is a permission at a scope; a missing one denies, and nothing stands for "everything".

/** Every permission, in words. */
export const permissions = {
  'order.view': 'see orders',
  'order.place': 'order, or ask for an order',
  'order.edit': 'change what is ordered before it is approved',
  'order.cancel': 'cancel orders',
  'cart.view': 'see carts and order lists',
  'cart.share': 'share carts and order lists',
  'punchout.use': 'shop from the own procurement system',
  'shipment.view': 'see shipments',
  'invoice.view': 'see invoices and credit notes',
  'invoice.pay': 'pay invoices',
  'credit.view': 'see credit, balance and open items',
  'credit.apply': 'apply credit notes to invoices',
  'quote.view': 'see quotes',
  'quote.request': 'ask for quotes',
  'quote.accept': 'accept quotes',
  'return.request': 'send goods back',
  'approval.view': 'see requisitions waiting for approval',
  'approval.decide': 'approve and reject',
  'approval.override': 'decide in place of an approver who does not',
  'approval.delegate': 'have somebody else decide for a time',
  'policy.view': 'see approval policies',
  'policy.edit': 'change approval policies',
  'policy.simulate': 'try a policy on past orders',
  'budget.view': 'see budgets and what was spent',
  'budget.edit': 'make and change budgets',
  'budget.transfer': 'move money between budgets',
  'budget.exceed': 'spend over a budget',
  'user.view': 'see people',
  'user.invite': 'invite people',
  'user.edit': 'change people',
  'user.deactivate': 'suspend and remove people',
  'role.view': 'see roles',
  'role.edit': 'make and change roles',
  'role.assign': 'give roles to people',
  'account.view': 'see company accounts',
  'account.edit': 'change company accounts',
  'account.addChild': 'add departments, branches and subsidiaries',
  'address.view': 'see ship-to addresses',
  'address.edit': 'change ship-to addresses',
  'project.view': 'see projects',
  'project.edit': 'change projects',
  'costcentre.view': 'see cost centres',
  'costcentre.edit': 'change cost centres',
  'report.view': 'see spend reports',
  'mapping.edit': 'change how procurement systems’ users are recognised',
  'connection.edit': 'change ERP connections',
  'agent.act': 'act on behalf of a customer',
  'audit.view': 'see the audit trail',
} as const

export type Permission = keyof typeof permissions
export const permissionNames = Object.keys(permissions) as [Permission, ...Permission[]]

/**
 * How far a right reaches from the account its grant is anchored at: `own` what the person did there; `department` that account alone;
 * `company` the nearest company or holding at or above it with its branches and departments, no other company; `subtree` all below it;
 * `portfolio` the accounts assigned to an agent, and all below; `seller` everything of the seller.
 */
export const reaches = ['own', 'department', 'company', 'subtree', 'portfolio', 'seller'] as const
export type ReachName = (typeof reaches)[number]

/** `order.view@company` */
export type Right = `${Permission}@${ReachName}`

export function isRight(text: string): text is Right {
  const [permission = '', reach = '', ...rest] = text.split('@')
  return rest.length === 0 && Object.hasOwn(permissions, permission) && (reaches as readonly string[]).includes(reach)
}

export function partsOf(right: Right): { permission: Permission; reach: ReachName } {
  const [permission, reach] = right.split('@') as [Permission, ReachName]
  return { permission, reach }
}

const at = (reach: ReachName, ...names: Permission[]): Right[] => names.map((name): Right => `${name}@${reach}`)

const buying: Permission[] = [
  'order.view',
  'order.place',
  'order.edit',
  'order.cancel',
  'cart.view',
  'cart.share',
  'shipment.view',
  'quote.view',
  'quote.request',
  'quote.accept',
  'return.request',
]
const lookingUp: Permission[] = ['account.view', 'address.view', 'project.view', 'costcentre.view']
const money: Permission[] = ['invoice.view', 'credit.view', 'budget.view', 'report.view']
const ofSellersOnly: ReadonlySet<Permission> = new Set(['mapping.edit', 'connection.edit', 'agent.act'])
const ofBuyers = permissionNames.filter((name) => !ofSellersOnly.has(name))

/** Rights to see to people and rules, as a pattern for JavaScript and PostgreSQL: nothing that a default gives. */
export const ADMINISTERING = '^(user|role|policy|account)[.](edit|invite|assign|deactivate|addChild)@'

/** What nobody does on behalf of somebody else: see to people, rules and budgets, and decide. */
const ofOneself: ReadonlySet<Permission> = new Set([
  ...(['user.invite', 'user.edit', 'user.deactivate', 'role.edit', 'role.assign', 'policy.edit'] as const),
  ...(['account.edit', 'account.addChild', 'budget.edit', 'budget.transfer', 'budget.exceed'] as const),
  ...(['approval.decide', 'approval.override', 'approval.delegate'] as const),
])
export const isOfOneself = (permission: Permission) => ofOneself.has(permission)

interface ReadyRole {
  title: string
  /** May manage users or rules: never given by a default or on first sight. */
  administers: boolean
  rights: readonly Right[]
}

/** Roles every customer has. */
export const roles = {
  'buyer-admin': { title: 'Buyer admin', administers: true, rights: at('subtree', ...ofBuyers) },
  'purchase-manager': {
    title: 'Purchase manager',
    administers: true,
    rights: [
      ...at(
        'company',
        ...buying,
        ...lookingUp,
        ...money,
        'punchout.use',
        'address.edit',
        'project.edit',
        'costcentre.edit',
      ),
      ...at(
        'company',
        'approval.view',
        'approval.decide',
        'approval.delegate',
        'policy.view',
        'policy.edit',
        'policy.simulate',
      ),
      ...at('company', 'budget.edit', 'budget.transfer', 'user.view', 'role.view'),
    ],
  },
  buyer: {
    title: 'Buyer',
    administers: false,
    rights: [
      ...at('own', ...buying),
      ...at('company', ...lookingUp, 'punchout.use'),
      ...at('own', 'approval.view', 'budget.view'),
    ],
  },
  'junior-buyer': {
    title: 'Junior buyer',
    administers: false,
    rights: [
      ...at(
        'own',
        'order.view',
        'order.place',
        'order.edit',
        'cart.view',
        'shipment.view',
        'approval.view',
        'return.request',
      ),
      ...at('department', ...lookingUp, 'punchout.use'),
    ],
  },
  approver: {
    title: 'Approver',
    administers: false,
    rights: [
      ...at('company', 'order.view', 'shipment.view', ...lookingUp, 'budget.view', 'report.view', 'policy.view'),
      ...at('company', 'approval.view', 'approval.decide', 'approval.delegate'),
    ],
  },
  finance: {
    title: 'Finance',
    administers: false,
    rights: [
      ...at('company', 'order.view', 'shipment.view', ...lookingUp, ...money),
      ...at('company', 'invoice.pay', 'credit.apply', 'budget.edit', 'budget.transfer', 'audit.view'),
    ],
  },
  'receiving-clerk': {
    title: 'Receiving clerk',
    administers: false,
    rights: at('company', 'order.view', 'shipment.view', 'return.request', 'address.view'),
  },
  viewer: { title: 'Viewer', administers: false, rights: at('company', 'order.view', 'shipment.view', ...lookingUp) },
} as const satisfies Record<string, ReadyRole>

export type RoleName = keyof typeof roles
export const roleNames = Object.keys(roles) as [RoleName, ...RoleName[]]

const ofService: Permission[] = permissionNames.filter(
  (name) =>
    !['mapping.edit', 'connection.edit', 'approval.decide', 'approval.override', 'budget.exceed'].includes(name),
)

/** Roles of the seller's own people. */
export const staffRoles = {
  administrator: { title: 'Administrator', administers: true, rights: at('seller', ...permissionNames) },
  'erp-admin': {
    title: 'ERP admin',
    administers: true,
    rights: at(
      'seller',
      'mapping.edit',
      'connection.edit',
      'order.view',
      'shipment.view',
      'invoice.view',
      'account.view',
      'audit.view',
    ),
  },
  'customer-service': { title: 'Customer service', administers: false, rights: at('seller', ...ofService) },
  'sales-agent': {
    title: 'Sales agent',
    administers: false,
    rights: at(
      'portfolio',
      ...buying,
      ...lookingUp,
      ...money,
      'agent.act',
      'user.view',
      'user.invite',
      'account.addChild',
    ),
  },
} as const satisfies Record<string, ReadyRole>

export type StaffRoleName = keyof typeof staffRoles
export const staffRoleNames = Object.keys(staffRoles) as [StaffRoleName, ...StaffRoleName[]]
