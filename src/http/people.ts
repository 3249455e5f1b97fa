// People of companies, as their administrators and the seller see to them: invite, change, suspend, reactivate, remove.
import { z } from 'zod'
import { type Access, demand, wholeReach } from '../accounts/access.ts'
import { accountWithin } from '../accounts/account-tree.ts'
import { assertMayGive, rightsOf } from '../accounts/grant-rights.ts'
import { keepingAdministrators } from '../accounts/keep-administrators.ts'
import {
  addMember,
  changeMember,
  eachMember,
  endActingFor,
  limitsOf,
  listMembers,
  type Member,
  type MemberChange,
  memberWithin,
} from '../accounts/people.ts'
import { roleNames } from '../accounts/permission.ts'
import { assertNotWider } from '../accounts/widen-limits.ts'
import { keepingApprovers, replaceApprover } from '../approvals/reassign-steps.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { DECIMAL } from '../money.ts'
import { endPunchoutSessionsOf } from '../punchout/end-sessions-of.ts'
import { sendInvitation } from '../sign-in/invite.ts'
import { endSessionsOf } from '../sign-in/start-session.ts'
import { flag, term, timeShown } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'
import { withCsv } from './with-csv.ts'

const TAG = 'People'

export const grantShown = z
  .object({
    id: z.uuid(),
    role: z.enum(roleNames).nullable(),
    roleId: z.uuid().nullable().describe('a custom role'),
    accountId: z.uuid().describe('the role holds from this account'),
    validFrom: z.iso.datetime({ offset: true }),
    validTo: z.iso.datetime({ offset: true }).nullable(),
  })
  .meta({ id: 'Grant' })

const codes = z.array(term).max(10_000).nullable().describe('null = all, an empty list = none')

const limits = {
  jobTitle: z.string().max(200).nullable(),
  costCentre: term.nullable().describe('the usual one'),
  managerId: z.uuid().nullable().describe('membership of who is asked beyond their limit'),
  orderLimit: z
    .string()
    .regex(DECIMAL)
    .refine((text) => !text.startsWith('-'), 'is below zero')
    .nullable()
    .describe('the most of one order, decimal text'),
  orderLimitCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullable(),
  costCentres: codes,
  projects: codes,
  shipTos: codes,
  catalogues: codes.describe('catalogues or product groups; null = all, an empty list = none'),
}

const person = z
  .object({
    id: z.uuid().describe('of the membership: one person in two companies is two of these'),
    personId: z.uuid(),
    accountId: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(roleNames).nullable(),
    status: z.enum(['invited', 'active', 'suspended', 'removed']),
    ...limits,
    grants: z.array(grantShown),
    version: z.int(),
    createdAt: timeShown,
    updatedAt: timeShown,
  })
  .meta({ id: 'Member' })

function show(m: Member): z.input<typeof person> {
  const { sellerId: _, companyId: _c, path: _p, personStatus: _s, suspendedFrom: _f, externalId: _e, ...rest } = m
  return { ...rest, createdAt: m.createdAt.toISOString(), updatedAt: m.updatedAt.toISOString() }
}

/** Writes down what was done to a membership. */
export async function auditMember(
  hub: Hub,
  db: Db,
  access: Access,
  member: Pick<Member, 'id' | 'accountId' | 'email'>,
  action: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  const { sellerId } = access
  const subject = { subjectKind: 'membership', subjectId: member.id }
  const event = { sellerId, accountId: member.accountId, actor: actorOf(access), action, ...subject }
  await recordAudit(db, [{ ...event, detail: { email: member.email, ...detail } }], stampOf(hub))
}

/**
 * Changes a membership in one transaction: its version, its role by who may give it, the last administrator, its sessions, and the trail.
 * Throws HubError conflict (also where nobody else could decide a step of a policy), forbidden.
 */
export async function changeMembership(
  hub: Hub,
  access: Access,
  member: Member,
  version: number,
  change: MemberChange,
  action: string,
  replacement?: Member,
): Promise<void> {
  if (change.role !== undefined && change.role !== member.role) {
    demand(access, 'role.assign')
    // Who lacks what somebody has can't take it from them either.
    for (const role of [change.role, member.role]) assertMayGive(access, rightsOf({ role, permissions: null }), member)
  }
  await hub.db.transaction((trx) =>
    keepingAdministrators(trx, member.path[0] ?? member.accountId, hub.now(), async () => {
      const leaves = change.status === 'suspended' || change.status === 'removed'
      if (leaves && replacement) await replaceApprover(trx, member.id, replacement.id, stampOf(hub), actorOf(access))
      const apply = () => changeMember(trx, member.id, version, change, stampOf(hub))
      const mayLose = leaves || (change.role !== undefined && change.role !== member.role)
      await (mayLose ? keepingApprovers(trx, member.id, stampOf(hub), apply) : apply())
      if (leaves) {
        const which = { membershipId: member.id }
        await endSessionsOf(trx, which, stampOf(hub))
        await endPunchoutSessionsOf(trx, which, `The person was ${change.status}.`, stampOf(hub))
        await endActingFor(trx, member.id, hub.now())
      }
      if (change.status === 'removed') await trx('grants').where({ membership_id: member.id }).delete()
      await auditMember(hub, trx, access, member, action, { ...change })
    }),
  )
}

const transitions = {
  suspend: { to: 'suspended', from: ['active', 'invited'], done: 'suspended' },
  // Who never took the invitation is invited again, not let in.
  reactivate: { to: null, from: ['suspended'], done: 'reactivated' },
  remove: { to: 'removed', from: ['active', 'invited', 'suspended'], done: 'removed' },
} as const

function transitionRoute(name: keyof typeof transitions, summary: string): Route {
  const { to, from, done } = transitions[name]
  return jsonRoute({
    method: 'post',
    path: `/api/v1/people/:id/${name}`,
    who: 'accounts:write',
    may: 'user.deactivate',
    tag: TAG,
    summary,
    description:
      name === 'reactivate'
        ? undefined
        : 'Sessions, punchouts and tokens end at once. The last administrator of a company stays.',
    query: z.strictObject({
      replacementId: z.uuid().optional().describe('membership of who approves instead, where nobody else can'),
    }),
    answer: person,
    async handle(hub, { params, query, access, reach }) {
      const member = await memberWithin(hub.db, reach, params.id)
      const replacement = query.replacementId ? await memberWithin(hub.db, reach, query.replacementId) : undefined
      if (!(from as readonly string[]).includes(member.status))
        throw new HubError('wrong_state', `${member.email} is ${member.status}.`)
      const change = { status: to ?? member.suspendedFrom ?? 'active' }
      await changeMembership(hub, access, member, member.version, change, `membership.${done}`, replacement)
      return show(await memberWithin(hub.db, reach, member.id))
    },
  })
}

const filter = z.strictObject({
  accountId: z.uuid().optional(),
  subtree: flag.optional().describe('true: with all accounts below accountId'),
  status: z.enum(['invited', 'active', 'suspended', 'removed']).optional(),
  role: z.enum(roleNames).optional(),
  email: term.optional(),
  text: term.optional().describe('part of name or e-mail address'),
})

/** As a cell: `*` = all, empty = none. */
const listed = (codes: string[] | null) => (codes === null ? '*' : codes.join(' '))

const list = jsonRoute({
  method: 'get',
  path: '/api/v1/people',
  who: 'accounts:read',
  may: 'user.view',
  tag: TAG,
  summary: 'List people',
  query: pageQuery.extend(filter.shape),
  answer: pageOf(person),
  async handle(hub, { query, reach }) {
    const { limit, cursor, ...asked } = query
    return asPage(await listMembers(hub.db, reach, asked, { after: cursor, limit: limit + 1 }), limit, show)
  },
})

export const peopleRoutes: Route[] = [
  ...withCsv(list, {
    name: 'people',
    query: filter,
    columns: {
      Id: (m: Member) => m.id,
      Account: (m) => m.accountId,
      Email: (m) => m.email,
      Name: (m) => m.name,
      Status: (m) => m.status,
      Role: (m) => m.role,
      Grants: (m) => m.grants.map((g) => `${g.role ?? g.roleId}@${g.accountId}`).join(' '),
      'Job title': (m) => m.jobTitle,
      'Cost centre': (m) => m.costCentre,
      Manager: (m) => m.managerId,
      'Order limit': (m) => m.orderLimit,
      Currency: (m) => m.orderLimitCurrency,
      'Cost centres': (m) => listed(m.costCentres),
      Projects: (m) => listed(m.projects),
      'Ship-tos': (m) => listed(m.shipTos),
      Catalogues: (m) => listed(m.catalogues),
    },
    rows: (hub, asked, reach) => eachMember(hub.db, reach, asked),
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/people/:id',
    who: 'accounts:read',
    may: 'user.view',
    tag: TAG,
    summary: 'Read a person of a company: roles, grants and limits',
    answer: person,
    handle: async (hub, { params, reach }) => show(await memberWithin(hub.db, reach, params.id)),
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/people',
    who: 'accounts:write',
    may: 'user.invite',
    tag: TAG,
    summary: 'Invite somebody into a company',
    description:
      'They are `invited` until they take the invitation. A role is given by who has role.assign, and all that is in it. Limits that are not said are those of who invites; wider ones are refused.',
    body: z
      .strictObject({
        accountId: z.uuid(),
        email: z.email().max(255),
        name: z.string().min(1).max(255),
        role: z.enum(roleNames).nullable().default(null),
        ...limits,
      })
      .partial({
        ...(Object.fromEntries(Object.keys(limits).map((k) => [k, true])) as Record<keyof typeof limits, true>),
      })
      .meta({ id: 'NewMember' }),
    answer: person,
    status: 201,
    async handle(hub, { body, access, reach }) {
      const { accountId, email, name, role, ...rest } = body
      const account = await accountWithin(hub.db, reach, accountId)
      if (role) {
        demand(access, 'role.assign')
        assertMayGive(access, rightsOf({ role, permissions: null }), { ...account, accountId: account.id })
      }
      checkLimits(rest)
      const mine = await limitsOf(hub.db, access.membership?.id ?? null)
      assertNotWider(mine, null, rest)
      const id = await hub.db.transaction(async (trx) => {
        const firstSeenBy = `invited by ${access.person?.email ?? access.clientId}`
        const input = {
          sellerId: access.sellerId,
          accountId,
          email,
          name,
          role,
          status: 'invited' as const,
          firstSeenBy,
        }
        const added = await addMember(trx, input, stampOf(hub))
        const member = await memberWithin(trx, wholeReach(access.sellerId), added)
        await checkManager(trx, access, rest.managerId, member)
        await changeMember(trx, added, member.version, { ...(mine ?? noLimits), ...rest }, stampOf(hub))
        await auditMember(hub, trx, access, member, 'membership.invited', { role })
        const links = { keys: hub.keys, publicUrl: hub.config.publicUrl, newToken: hub.newToken }
        await sendInvitation(trx, links, added, actorOf(access), stampOf(hub))
        return added
      })
      return show(await memberWithin(hub.db, wholeReach(access.sellerId), id))
    },
  }),
  jsonRoute({
    method: 'patch',
    path: '/api/v1/people/:id',
    who: 'accounts:write',
    may: 'user.edit',
    tag: TAG,
    summary: 'Change a person’s role, job title, cost centre, lists and limits',
    description: 'Nobody widens limits beyond their own: neither their own nor others’.',
    body: z
      .strictObject({
        version: z.int(),
        role: z.enum(roleNames).nullable().optional(),
        ...z.object(limits).partial().shape,
      })
      .meta({ id: 'MemberChange' }),
    answer: person,
    async handle(hub, { params, body, access, reach }) {
      const { version, ...change } = body
      const member = await memberWithin(hub.db, reach, params.id)
      checkLimits({ ...member, ...change })
      assertNotWider(await limitsOf(hub.db, access.membership?.id ?? null), member, change)
      // Who is asked beyond one's own limit is not one's own to choose.
      if (access.membership?.id === member.id && change.managerId !== undefined) demand(access, 'role.assign')
      await checkManager(hub.db, access, change.managerId, member)
      await changeMembership(hub, access, member, version, change, 'membership.changed')
      return show(await memberWithin(hub.db, reach, member.id))
    },
  }),
  transitionRoute('suspend', 'Suspend a person: they are out at once'),
  transitionRoute('reactivate', 'Let a suspended person in again'),
  transitionRoute('remove', 'Remove a person from a company'),
]

/** Everything may be ordered: the seller says so of who is invited. */
const noLimits = {
  ...{ costCentres: null, projects: null, shipTos: null, catalogues: null, orderLimit: null, orderLimitCurrency: null },
}

function checkLimits(given: Pick<MemberChange, 'orderLimit' | 'orderLimitCurrency'>): void {
  if (((given.orderLimit ?? null) === null) !== ((given.orderLimitCurrency ?? null) === null))
    throw new HubError('invalid_input', 'orderLimit and orderLimitCurrency go together.')
}

async function checkManager(
  db: Db,
  access: Access,
  managerId: string | null | undefined,
  member: Pick<Member, 'id' | 'path'>,
): Promise<void> {
  if (!managerId) return
  const manager = await memberWithin(db, demand(access, 'user.view'), managerId).catch(() => undefined)
  if (!manager || manager.path[0] !== member.path[0] || manager.id === member.id)
    throw new HubError('invalid_input', 'managerId: that is nobody else of this company.')
}
