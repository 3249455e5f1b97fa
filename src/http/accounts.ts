// Company accounts: the tree, what each has of its own or from above, moves, groups, and what orders froze of it.
import { z } from 'zod'
import { type Access, demand, reachOf } from '../accounts/access.ts'
import { addGroup, groupKinds, listGroups, setGroupAccounts } from '../accounts/account-groups.ts'
import {
  type AccountInTree,
  accountWithin,
  addAccount,
  changeAccount,
  describeAccount,
  findAccountWithin,
  listAccountsWithin,
  moveAccount,
} from '../accounts/account-tree.ts'
import { assertNotLoosened } from '../accounts/loosen-terms.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { findConnection } from '../erp/erp-connection-store.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { adoptRecords } from '../invoices/adopt-records.ts'
import { readOrder } from '../orders/order-history.ts'
import { endPunchoutSessionsOf } from '../punchout/end-sessions-of.ts'
import { endSessionsOf } from '../sign-in/start-session.ts'
import { term, zoneParameter } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Accounts'
const kind = z.enum(['holding', 'company', 'branch', 'department'])
const status = z.enum(['active', 'suspended', 'prospect', 'closed'])

const account = z
  .object({
    id: z.uuid(),
    parentId: z.uuid().nullable(),
    kind,
    name: z.string(),
    customerNumber: z.string().nullable().describe('its own; what holds is in `properties`'),
    erpConnectionId: z.uuid().nullable(),
    status,
    companyId: z.uuid().describe('the nearest company or holding at or above it'),
    path: z.array(z.uuid()).describe('from the top of the tree to itself'),
    version: z.int(),
  })
  .meta({ id: 'Account' })

const held = z.object({
  value: z.unknown(),
  from: z.uuid().describe('the account it comes from'),
  how: z.enum(['own', 'inherit', 'override']),
})

const accountDetail = account
  .extend({
    properties: z.record(z.string(), held).describe('what holds here, each with the account it comes from'),
    groups: z.array(z.object({ id: z.uuid(), name: z.string(), kind: z.string() })),
  })
  .meta({ id: 'AccountDetail' })

const properties = z
  .strictObject({
    contract: term.nullable(),
    paymentTerms: term.nullable(),
    rules: z.strictObject({ costCentreRequired: z.boolean(), projectRequired: z.boolean() }).partial().nullable(),
    creditPolicy: z
      .strictObject({ overCredit: z.enum(['block', 'ask', 'warn']), staleCredit: z.enum(['ignore', 'warn', 'ask']) })
      .partial()
      .nullable()
      .describe(
        'an order over the credit, and one whose credit can’t be judged well (the ERP’s balance is old, or in another currency): usually block, and warn',
      ),
    catalogues: z.array(term).max(1000).nullable().describe('what may be ordered here; an empty list = nothing'),
    onlyOwnShipTos: z.boolean().nullable().describe('true: ship-tos of accounts above do not hold here'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .nullable(),
    timeZone: zoneParameter.unwrap().nullable(),
    fiscalYearStart: z
      .string()
      .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'is no day of a year, such as 04-01')
      .nullable(),
    customerNumber: z.string().min(1).max(60).nullable(),
    erpConnectionId: z.uuid().nullable(),
  })
  .partial()
  .describe('null = as the account above')

/** What only the seller says of a customer. */
const ofSeller = ['contract', 'paymentTerms', 'creditPolicy', 'customerNumber', 'erpConnectionId'] as const

const newAccount = z
  .strictObject({
    name: z.string().min(1).max(200),
    kind: kind.default('company'),
    parentId: z.uuid().nullable().default(null),
    status: z.enum(['active', 'prospect']).default('active').describe('prospect: not a customer yet'),
    customerNumber: z.string().min(1).max(60).nullable().default(null).describe('as the ERP knows the customer'),
    erpConnectionId: z
      .uuid()
      .nullable()
      .default(null)
      .describe('the ERP whose customer it is, where there are several; null = as the account above'),
    properties: properties.default({}),
  })
  .meta({ id: 'NewAccount' })

const show = ({ sellerId: _, ...rest }: AccountInTree) => rest

/** Whether the caller is the seller, not one of a customer. */
export const isSeller = (access: Access) => access.person === null || access.staff !== null

async function checkProperties(db: Db, access: Access, given: z.output<typeof properties>): Promise<void> {
  const foreign = ofSeller.find((name) => given[name] !== undefined && !isSeller(access))
  if (foreign) throw new HubError('forbidden', `properties.${foreign}: only the seller says this.`)
  if (given.erpConnectionId && !(await findConnection(db, access.sellerId, given.erpConnectionId)))
    throw new HubError('invalid_input', 'erpConnectionId: there is no such connection')
}

async function audit(
  hub: Hub,
  db: Db,
  access: Access,
  event: { action: string; accountId: string; detail: Record<string, unknown> },
) {
  const { sellerId } = access
  const { action, accountId, detail } = event
  await recordAudit(
    db,
    [{ sellerId, accountId, actor: actorOf(access), action, subjectKind: 'account', subjectId: accountId, detail }],
    stampOf(hub),
  )
}

async function detailOf(hub: Hub, access: Access, id: string) {
  const found = await accountWithin(hub.db, demand(access, 'account.view'), id)
  return show(await describeAccount(hub.db, found))
}

export const accountRoutes: Route[] = [
  jsonRoute({
    method: 'post',
    path: '/api/v1/accounts',
    who: 'accounts:write',
    may: 'account.addChild',
    tag: TAG,
    summary: 'Add a company account',
    description:
      'People of a customer add below accounts they reach; an agent may register a prospect at the top, which is then of their portfolio.',
    body: newAccount,
    answer: z.object({ id: z.uuid() }),
    status: 201,
    async handle(hub, { body, access, reach }) {
      const { parentId, customerNumber, erpConnectionId } = body
      const given = {
        ...body.properties,
        ...(customerNumber ? { customerNumber } : {}),
        ...(erpConnectionId ? { erpConnectionId } : {}),
      }
      await checkProperties(hub.db, access, given)
      const isAgent = access.staff?.role === 'sales-agent'
      if (!parentId && !reach.all && !(isAgent && body.status === 'prospect'))
        throw new HubError('forbidden', 'Only the seller opens accounts at the top; a sales agent registers prospects.')
      if (parentId && !(await findAccountWithin(hub.db, reach, parentId)))
        throw new HubError('invalid_input', 'parentId: there is no such account')
      const { sellerId } = access
      await assertNotLoosened(hub.db, reachOf(access, 'account.edit'), sellerId, parentId, given)
      const id = await hub.db.transaction(async (trx) => {
        const added = await addAccount(trx, sellerId, body, stampOf(hub))
        await changeAccount(trx, added, 1, { properties: given })
        if (customerNumber)
          await adoptRecords(trx, { id: erpConnectionId, sellerId }, new Map([[customerNumber, added]]))
        if (isAgent && !parentId && access.staff)
          await trx('agent_assignments').insert({ staff_id: access.staff.id, account_id: added, created_at: hub.now() })
        await audit(hub, trx, access, { action: 'account.added', accountId: added, detail: { ...body } })
        return added
      })
      return { id }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/accounts',
    who: 'accounts:read',
    may: 'account.view',
    tag: TAG,
    summary: 'List company accounts',
    query: pageQuery.extend({
      parentId: z.uuid().optional().describe('directly below this account'),
      groupId: z.uuid().optional(),
      status: status.optional(),
      customerNumber: term.optional(),
      name: term.optional().describe('part of the name'),
    }),
    answer: pageOf(account),
    async handle(hub, { query, reach }) {
      const { limit, cursor, ...filter } = query
      const rows = await listAccountsWithin(hub.db, reach, filter, { after: cursor, limit: limit + 1 })
      return asPage(rows, limit, show)
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/accounts/:id',
    who: 'accounts:read',
    may: 'account.view',
    tag: TAG,
    summary: 'Read an account: what holds for it, and from which account it has it',
    answer: accountDetail,
    async handle(hub, { params, reach }) {
      return show(await describeAccount(hub.db, await accountWithin(hub.db, reach, params.id)))
    },
  }),
  jsonRoute({
    method: 'patch',
    path: '/api/v1/accounts/:id',
    who: 'accounts:write',
    may: 'account.edit',
    tag: TAG,
    summary: 'Change an account',
    description:
      'A property of null is had from the account above. Who does not reach that may narrow what it has, not widen it. Status, customer number, contract and terms are the seller’s to change.',
    body: z
      .strictObject({
        version: z.int(),
        name: z.string().min(1).max(200).optional(),
        status: status.optional(),
        properties: properties.optional(),
      })
      .meta({ id: 'AccountChange' }),
    answer: accountDetail,
    async handle(hub, { params, body, access, reach }) {
      const { version, ...change } = body
      const found = await accountWithin(hub.db, reach, params.id)
      if (change.status && change.status !== found.status && !isSeller(access))
        throw new HubError('forbidden', 'status: only the seller changes it.')
      await checkProperties(hub.db, access, change.properties ?? {})
      await assertNotLoosened(hub.db, reach, access.sellerId, found.parentId, change.properties ?? {})
      await hub.db.transaction(async (trx) => {
        await changeAccount(trx, found.id, version, change)
        if (change.status && change.status !== 'active') {
          await endSessionsOf(trx, { accountId: found.id }, stampOf(hub))
          await endPunchoutSessionsOf(trx, { accountId: found.id }, `The account is ${change.status}.`, stampOf(hub))
        }
        const { customerNumber, erpConnectionId } = change.properties ?? {}
        if (customerNumber) {
          const from = { id: erpConnectionId ?? found.erpConnectionId, sellerId: access.sellerId }
          await adoptRecords(trx, from, new Map([[customerNumber, found.id]]))
        }
        await audit(hub, trx, access, { action: 'account.changed', accountId: found.id, detail: change })
      })
      return detailOf(hub, access, found.id)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/accounts/:id/activate',
    who: 'accounts:write',
    may: 'agent.act',
    tag: TAG,
    summary: 'Make a prospect a customer',
    description:
      'By the agent whose portfolio it is in, or customer service. From then on its people can sign in and order.',
    answer: accountDetail,
    async handle(hub, { params, access, reach }) {
      const found = await accountWithin(hub.db, reach, params.id)
      if (found.status !== 'prospect') throw new HubError('wrong_state', `The account is ${found.status}, no prospect.`)
      await hub.db.transaction(async (trx) => {
        await changeAccount(trx, found.id, found.version, { status: 'active' })
        await audit(hub, trx, access, { action: 'account.activated', accountId: found.id, detail: {} })
      })
      return show(await describeAccount(hub.db, await accountWithin(hub.db, reach, found.id)))
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/accounts/:id/move',
    who: 'accounts:write',
    may: 'account.edit',
    tag: TAG,
    summary: 'Move an account with all below it',
    description:
      'What was ordered, shipped and billed keeps the place it had. Both the account and the new place must be within reach.',
    body: z.strictObject({ version: z.int(), parentId: z.uuid().nullable() }).meta({ id: 'AccountMove' }),
    answer: accountDetail,
    async handle(hub, { params, body, access, reach }) {
      const found = await accountWithin(hub.db, reach, params.id)
      if (body.parentId) await accountWithin(hub.db, reach, body.parentId)
      // Out of the tree, or away from under somebody else's account, is the seller's to do.
      if (
        !reach.all &&
        (!body.parentId || !found.parentId || !(await findAccountWithin(hub.db, reach, found.parentId)))
      )
        throw new HubError('forbidden', 'You may move only what stands below an account of yours, to below another.')
      await hub.db.transaction(async (trx) => {
        await moveAccount(trx, access.sellerId, found.id, body.parentId, body.version)
        const detail = { from: found.parentId, to: body.parentId, path: found.path }
        await audit(hub, trx, access, { action: 'account.moved', accountId: found.id, detail })
      })
      return detailOf(hub, access, found.id)
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/orders/:id/terms',
    who: 'orders:read',
    may: 'order.view',
    tag: 'Orders',
    summary: 'Read what an order froze of its account: contract, terms, rules, and where the account stood',
    answer: z.object({
      accountId: z.uuid().nullable(),
      accountPath: z.array(z.uuid()).nullable(),
      terms: z.record(z.string(), z.object({ value: z.unknown(), from: z.uuid() })).nullable(),
    }),
    async handle(hub, { params, reach }) {
      const id = params.id ?? ''
      if (!(await readOrder(hub.db, reach, id))) throw new HubError('not_found', 'There is no such order.')
      const [row] = await hub
        .db('orders')
        .select({ accountId: 'account_id', accountPath: 'account_path', terms: 'account_terms' })
        .where({ id })
      return row
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/account-groups',
    who: 'accounts:read',
    tag: TAG,
    summary: 'List groups of accounts across trees',
    query: pageQuery,
    answer: pageOf(
      z
        .object({ id: z.uuid(), name: z.string(), kind: z.enum(groupKinds), accountIds: z.array(z.uuid()) })
        .meta({ id: 'AccountGroup' }),
    ),
    async handle(hub, { query, access }) {
      return asPage(await listGroups(hub.db, access.sellerId, query.cursor, query.limit + 1), query.limit, (g) => g)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/account-groups',
    who: 'accounts:write',
    tag: TAG,
    summary: 'Add a group: an association, a chain, a buying group',
    body: z
      .strictObject({ name: z.string().min(1).max(200), kind: z.enum(groupKinds) })
      .meta({ id: 'NewAccountGroup' }),
    answer: z.object({ id: z.uuid() }),
    status: 201,
    handle: async (hub, { body, access }) => ({ id: await addGroup(hub.db, access.sellerId, body, stampOf(hub)) }),
  }),
  jsonRoute({
    method: 'put',
    path: '/api/v1/account-groups/:id/accounts',
    who: 'accounts:write',
    tag: TAG,
    summary: 'Say which accounts are in a group',
    body: z.strictObject({ accountIds: z.array(z.uuid()).max(10_000) }).meta({ id: 'GroupAccounts' }),
    async handle(hub, { params, body, access }) {
      await hub.db.transaction((trx) =>
        setGroupAccounts(trx, access.sellerId, params.id ?? '', body.accountIds, stampOf(hub)),
      )
    },
  }),
]
