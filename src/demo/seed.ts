// Demo data: seller, company account, storefront, partners and clients everyone knows the secrets of. Never in production.
import { join } from 'node:path'
import {
  findMembership,
  findSeller,
  insertAccount,
  insertMembershipOnce,
  insertPersonOnce,
  insertSeller,
  updateSellerParty,
} from '../accounts/account-store.ts'
import { addCode, type CodeTable } from '../accounts/code-lists.ts'
import type { SellerParty } from '../accounts/invoice-party.ts'
import { addGrant, addRole } from '../accounts/roles.ts'
import { policySchema } from '../approvals/policy.ts'
import { insertPolicy, publishDraft, putDraft } from '../approvals/policy-store.ts'
import { makeBudget, type NewBudget } from '../budgets/change-budget.ts'
import { dayIn } from '../budgets/period-of.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { CONFIG_PURPOSE, connectionSettingsSchema } from '../erp/erp-connection.ts'
import { findConnection, insertConnection } from '../erp/erp-connection-store.ts'
import type { Hub } from '../hub.ts'
import { partnerSettingsSchema, SECRET_PURPOSE, type TradingPartner } from '../partners/partner.ts'
import { findPartner, insertPartner, insertSecret, updatePartner } from '../partners/partner-store.ts'
import { seal } from '../secrets.ts'
import { hashPassword } from '../sign-in/password.ts'
import { putPassword } from '../sign-in/password-store.ts'
import { type Scope, scopeNames } from '../storefronts/storefront.ts'
import { allowClient, insertClient, putStorefront } from '../storefronts/storefront-store.ts'
import { adminClient, demoIds, demoPassword, demoPeople, storeClient } from './credentials.ts'

export { demoIds }

const SHARED_SECRET = 'demo-secret'
const STORE_SCOPES: Scope[] = [
  ...(['punchout', 'orders:read', 'invoices:read', 'webhooks:read', 'webhooks:write'] as const),
  // It says the prices of what its signed-in buyers put into their carts.
  ...(['purchasing:read', 'purchasing:write', 'people:act'] as const),
]
/** Where the buyer simulator takes documents. */
const SIMULATOR = '/demo/buyer/documents'
const MODES = ['test', 'production'] as const
/** As its e-invoices name it; of the numbers none is anybody's. */
const SELLER: SellerParty = {
  name: 'Demo Office Supplies B.V.',
  tradingName: 'Demo Office Supplies',
  address: { street: 'Voorbeeldweg 12', city: 'Utrecht', postCode: '3511 AA', country: 'NL' },
  vatId: 'NL000099998B57',
  legalId: { scheme: '0106', id: '99999990' },
  endpoint: { scheme: '0106', id: '99999990' },
  contact: { name: 'Accounts receivable', phone: '+31 30 000 00 00', email: 'invoices@demo-office.example' },
  bank: { iban: 'NL91ABNA0417164300' },
}

/** Makes the demo data at the first start; at every start points it at the addresses of now. */
export async function seedDemo(hub: Hub): Promise<{ storefrontClient: { id: string; secret: string } }> {
  await hub.db.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(7219400412)')
    const known = await trx('sellers').where({ id: demoIds.seller }).first('id')
    if (!known) await insertCompany(hub, trx)
    if (!(await findSeller(trx, demoIds.seller))?.party) await updateSellerParty(trx, demoIds.seller, SELLER)
    await putDemoStorefront(hub, trx)
    if (!known) await insertClients(hub, trx)
    await putPeople(hub, trx)
    await allowClient(trx, storeClient.id, STORE_SCOPES)
    await allowClient(trx, adminClient.id, scopeNames)
    await putErpConnection(hub, trx)
    for (const partner of demoPartners(hub)) await putPartner(hub, trx, partner)
  })
  return { storefrontClient: storeClient }
}

async function insertCompany(hub: Hub, db: Db): Promise<void> {
  const at = hub.now()
  const { seller: sellerId, account: accountId, person } = demoIds
  await insertSeller(db, { id: sellerId, name: 'Demo Office Supplies' }, at)
  const account = {
    id: accountId,
    sellerId,
    parentId: null,
    kind: 'company',
    name: 'City of Almere',
    customerNumber: '100042',
  } as const
  await insertAccount(db, account, at)
  await insertPersonOnce(
    db,
    { id: person, sellerId, email: 'sap-catalogue@almere.example', name: 'SAP catalogue user' },
    at,
  )
  const membership = {
    id: hub.newId(),
    accountId,
    personId: person,
    role: 'buyer',
    costCentre: null,
    firstSeenBy: 'demo',
  } as const
  await insertMembershipOnce(db, membership, at)
}

async function putDemoStorefront(hub: Hub, db: Db): Promise<void> {
  const base = `${hub.config.publicUrl}/demo/store`
  const addresses = { punchoutUrl: `${base}/punchout`, testPunchoutUrl: null, itemLookupUrl: `${base}/items` }
  await putStorefront(
    db,
    { id: demoIds.storefront, sellerId: demoIds.seller, name: 'Demo store', ...addresses },
    hub.now(),
  )
}

async function insertClients(hub: Hub, db: Db): Promise<void> {
  const shared = { sellerId: demoIds.seller, demo: true }
  const store = {
    ...shared,
    id: hub.newId(),
    storefrontId: demoIds.storefront,
    clientId: storeClient.id,
    scopes: STORE_SCOPES,
  }
  await insertClient(db, store, storeClient.secret, hub.now())
  const admin = { ...shared, id: hub.newId(), storefrontId: null, clientId: adminClient.id, scopes: scopeNames }
  await insertClient(db, admin, adminClient.secret, hub.now())
}

/** People to sign in as, once: whoever changed a password keeps it. The buyer is in two companies. */
async function putPeople(hub: Hub, db: Db): Promise<void> {
  const at = hub.now()
  const { seller: sellerId, account, secondAccount, people } = demoIds
  if (await db('people').where({ id: people[0] }).first('id')) return
  const second = { id: secondAccount, sellerId, parentId: null, kind: 'company', name: 'Almere Schools' } as const
  await insertAccount(db, { ...second, customerNumber: '100043' }, at)
  const hash = await hashPassword(demoPassword)
  for (const [n, { email, name, role, of }] of demoPeople.entries()) {
    const person = await insertPersonOnce(db, { id: people[n] as string, sellerId, email, name }, at)
    await db('people').where({ id: person.id }).update({ welcomed_at: at })
    await putPassword(db, person.id, hash, at)
    if (of === 'seller') {
      const staffId = hub.newId()
      await db('staff').insert({ id: staffId, seller_id: sellerId, person_id: person.id, role, created_at: at })
      if (role === 'sales-agent')
        await db('agent_assignments').insert({ staff_id: staffId, account_id: account, created_at: at })
      continue
    }
    for (const accountId of role === 'buyer' ? [account, secondAccount] : [account])
      await insertMembershipOnce(
        db,
        { id: hub.newId(), accountId, personId: person.id, role, costCentre: null, firstSeenBy: 'demo' },
        at,
      )
  }
}

/** An ERP that confirms, ships and invoices by itself, and is kept beside the hub's data for all its processes. */
async function putErpConnection(hub: Hub, db: Db): Promise<void> {
  const { seller: sellerId, erpConnection } = demoIds
  if (await findConnection(db, sellerId, erpConnection)) return
  const config = { name: 'demo', autopilot: true, pdf: false, folder: join(hub.config.dataDir, 'demo-erp') }
  // Read often, so that whoever tries it out need not wait.
  const often = { orders: 5, shipments: 5, invoices: 5, openItems: 10, balances: 10, creditLimits: 30 }
  await insertConnection(
    db,
    {
      id: erpConnection,
      sellerId,
      name: 'Demo ERP',
      connector: 'memory',
      sealedConfig: seal(hub.keys, CONFIG_PURPOSE, JSON.stringify(config)),
      settings: connectionSettingsSchema.parse({ schedule: often }),
      status: 'active',
    },
    hub.now(),
  )
}

type DemoPartner = Parameters<typeof insertPartner>[1]

function demoPartners(hub: Hub): DemoPartner[] {
  const { port } = hub.config
  const own = [
    ...new Set([new URL(hub.config.publicUrl).origin, `http://127.0.0.1:${port}`, `http://localhost:${port}`]),
  ]
  const settings = partnerSettingsSchema.parse({
    allowedReturnHosts: ['buyer.example', ...own],
    frameAncestors: ['https://buyer.example', ...own],
    language: 'en',
    outgoing: { way: 'post', url: `${hub.config.publicUrl}${SIMULATOR}` },
  })
  const shared = {
    sellerId: demoIds.seller,
    storefrontId: demoIds.storefront,
    status: 'active',
    demo: true,
    settings,
  } as const
  const almere = { accountId: demoIds.account, firstSight: 'provision', role: 'buyer' } as const
  const staff = {
    name: 'Staff of the City of Almere',
    all: [{ field: 'userEmail', op: 'endsWith' as const, value: '@almere.example' }],
    assign: { ...almere, costCentre: { from: 'extrinsic.CostCenter' } },
  }
  const network = { domain: 'NetworkID', identity: 'AN01000000001' }
  return [
    {
      ...shared,
      id: demoIds.cxmlPartner,
      slug: 'almere-ariba',
      name: 'City of Almere (Ariba)',
      protocol: 'cxml',
      profile: 'ariba',
      credentials: MODES.flatMap((mode) => [
        { id: hub.newId(), party: 'from' as const, ...network, mode },
        { id: hub.newId(), party: 'sender' as const, ...network, mode },
        { id: hub.newId(), party: 'to' as const, domain: 'DUNS', identity: '123456789', mode },
      ]),
      mapping: { rules: [staff], unmatched: { kind: 'reject' } },
    },
    {
      ...shared,
      id: demoIds.ociPartner,
      slug: 'almere-sap',
      name: 'City of Almere (SAP)',
      protocol: 'oci',
      profile: 'sap-srm',
      credentials: MODES.map((mode) => ({
        id: hub.newId(),
        party: 'user' as const,
        domain: 'OCI',
        identity: 'demo',
        mode,
      })),
      mapping: {
        rules: [{ ...staff, assign: almere }],
        unmatched: { kind: 'default-user', accountId: demoIds.account, personId: demoIds.person },
      },
    },
  ]
}

async function putPartner(hub: Hub, db: Db, partner: DemoPartner): Promise<void> {
  const known = await findPartner(db, partner.sellerId, partner.id)
  if (known) return refreshAddresses(hub, db, known, partner.settings)
  await insertPartner(db, partner, hub.now())
  for (const mode of MODES) {
    const sealed = seal(hub.keys, SECRET_PURPOSE, SHARED_SECRET)
    await insertSecret(
      db,
      partner.id,
      { id: hub.newId(), mode, label: 'demo', shownBy: 'partner', sealed, demo: true },
      hub.now(),
    )
  }
}

/** The hub may have moved to another port since; whatever else was changed stays. */
async function refreshAddresses(
  hub: Hub,
  db: Db,
  known: TradingPartner,
  fresh: TradingPartner['settings'],
): Promise<void> {
  const { allowedReturnHosts, frameAncestors } = known.settings
  const settings = {
    ...known.settings,
    allowedReturnHosts: [...new Set([...allowedReturnHosts, ...fresh.allowedReturnHosts])],
    frameAncestors: [...new Set([...frameAncestors, ...fresh.frameAncestors])],
    outgoing: ownSimulator(known.settings.outgoing) ? fresh.outgoing : known.settings.outgoing,
  }
  if (JSON.stringify(settings) !== JSON.stringify(known.settings))
    await updatePartner(db, { ...known, settings }, hub.now())
}

/** Nowhere yet, or the simulator of this demo wherever it listened before. */
function ownSimulator({ way, url }: TradingPartner['settings']['outgoing']): boolean {
  return way === 'off' || (way === 'post' && url !== undefined && url.endsWith(SIMULATOR))
}

/** What ordering without punchout needs: lists, budgets, a policy. Made once, in a demo from before as well. Call it after seedDemo. */
export async function seedPurchasing(hub: Hub): Promise<void> {
  await hub.db.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(7219400412)')
    const { seller: sellerId, account: accountId, people } = demoIds
    if (await trx('approval_policies').where({ account_id: accountId }).first('id')) return
    const memberOf = async (n: number) => {
      const member = await findMembership(trx, accountId, people[n] as string)
      if (!member) throw new Error(`${demoPeople[n]?.name} of the demo is not with the customer any more`)
      return member.id
    }
    const [admin, buyer, approver] = [await memberOf(0), await memberOf(1), await memberOf(2)]
    await putCodes(hub, trx, { admin, approver })
    await putBudgets(hub, trx)
    await putPolicy(hub, trx, [approver, admin])
    // The demo's buyer sees the company's budgets, which a buyer does not by the role alone.
    const stamp = stampOf(hub)
    const role = {
      name: 'Sees budgets',
      description: null,
      assignableBy: 'buyer' as const,
      permissions: ['budget.view@company'],
    }
    const roleId = await addRole(trx, { sellerId, accountId }, role, stamp)
    const granted = { membershipId: buyer, role: null, roleId, accountId, grantedBy: null }
    await addGrant(trx, { ...granted, validFrom: stamp.at, validTo: null }, stamp)
  })
}

async function putCodes(hub: Hub, db: Db, owner: { admin: string; approver: string }): Promise<void> {
  const place = { sellerId: demoIds.seller, accountId: demoIds.account }
  const city = { city: 'Almere', countryCode: 'NL' }
  const entries: [CodeTable, Record<string, unknown>][] = [
    ['cost_centres', { code: 'FAC-310', name: 'Facilities', ownerId: owner.approver }],
    ['cost_centres', { code: 'ICT-200', name: 'Workplaces', ownerId: owner.admin }],
    ['projects', { code: 'RENO-2026', name: 'Renovation of the town hall', startsOn: null, endsOn: null }],
    [
      'ship_tos',
      {
        code: 'ALM-STADHUIS',
        address: { name: 'Town hall', street: ['Stadhuisplein 1'], postalCode: '1315 HR', ...city },
      },
    ],
    // As the demo ERP has it.
    [
      'ship_tos',
      {
        code: '100042-1',
        address: { name: 'Town hall, goods in', street: ['Stadhuisplein 1'], postalCode: '1315 HR', ...city },
      },
    ],
    [
      'ship_tos',
      { code: 'ALM-DEPOT', address: { name: 'Depot', street: ['Markerkant 10'], postalCode: '1316 AN', ...city } },
    ],
  ]
  for (const [table, entry] of entries) {
    const known = await db(table).where({ account_id: place.accountId, code: entry.code }).first('id')
    if (!known) await addCode(db, table, place, { status: 'active', ...entry }, stampOf(hub))
  }
}

async function putBudgets(hub: Hub, db: Db): Promise<void> {
  const defaultZone = hub.config.timeZone
  const shared: Omit<NewBudget, 'name' | 'kind' | 'code' | 'amount' | 'over'> = {
    ...{ sellerId: demoIds.seller, accountId: demoIds.account, membershipId: null, currency: 'EUR', defaultZone },
    ...{ overdraft: '0', period: 'month', basis: 'net', withShipping: false, otherCurrency: 'ask', rates: {} },
    ...{ refundTo: 'reservation', carryOver: false, startsOn: dayIn(defaultZone, hub.now()), endsOn: null },
  }
  const budgets = [
    { ...shared, name: 'Facilities', kind: 'cost-centre', code: 'FAC-310', amount: '5000', over: 'ask' },
    { ...shared, name: 'Workplaces', kind: 'cost-centre', code: 'ICT-200', amount: '400', over: 'ask' },
    { ...shared, name: 'City of Almere', kind: 'account', code: null, amount: '25000', over: 'warn' },
  ] as const
  for (const budget of budgets) await makeBudget(db, budget, { hub: 'demo' }, stampOf(hub))
}

/** Over 500 euro the owner of the cost centre agrees; over a budget, an approver. */
async function putPolicy(hub: Hub, db: Db, fallback: string[]): Promise<void> {
  const stamp = stampOf(hub)
  const policy = { id: hub.newId(), sellerId: demoIds.seller, accountId: demoIds.account, name: 'Ordering in Almere' }
  const asks = (step: object) => ({ effect: 'steps', steps: [step] })
  const content = policySchema.parse({
    rules: [
      {
        name: 'Over 500 euro',
        when: { all: [{ fact: 'amount', basis: 'net', op: 'above', value: '500', currency: 'EUR' }] },
        action: asks({ name: 'Owner of the cost centre', who: { by: 'cost-centre-owner' } }),
      },
      {
        name: 'Over budget',
        when: { all: [{ fact: 'budget', op: 'in', values: ['ask'] }] },
        action: asks({ name: 'Approver for the budget', who: { by: 'role', role: 'approver' } }),
      },
    ],
    fallback,
  })
  await insertPolicy(db, policy, stamp.at)
  await putDraft(db, { id: stamp.newId(), policyId: policy.id, content, personId: null }, stamp.at)
  await publishDraft(db, policy.id, null, stamp.at)
}
