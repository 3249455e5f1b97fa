// SCIM 2.0 (RFC 7643, 7644): a customer's directory provisions people and roles of its account, and no more than who issued its token may.
import express, { type Request, type Response } from 'express'
import { z } from 'zod'
import type { Access, Reach } from '../accounts/access.ts'
import { wholeReach } from '../accounts/access.ts'
import { findAccess } from '../accounts/access-store.ts'
import { accountWithin } from '../accounts/account-tree.ts'
import { administers, assertMayGive, rightsOf } from '../accounts/grant-rights.ts'
import { keepingAdministrators } from '../accounts/keep-administrators.ts'
import {
  addMember,
  changeMember,
  countMembers,
  limitsOf,
  listMembers,
  type Member,
  memberWithin,
} from '../accounts/people.ts'
import { type RoleName, roleNames, roles } from '../accounts/permission.ts'
import { addGrant, findRole, listRoles, removeGrant } from '../accounts/roles.ts'
import {
  findScimToken,
  insertScimToken,
  listScimTokens,
  revokeScimToken,
  type ScimToken,
} from '../accounts/scim-token-store.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { welcomePerson } from '../sign-in/welcome-person.ts'
import { linksOf } from './invitations.tsx'
import { auditMember, changeMembership } from './people.ts'
import { asHubError, logError, statusOf } from './render-error.ts'
import { jsonRoute, type Route } from './route.ts'
import {
  patchBody,
  readFilter,
  ScimWishError,
  type UserWish,
  wishOfGroupPatch,
  wishOfUser,
  wishOfUserPatch,
} from './scim-patch.ts'

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const MOST = 200

interface ScimCall {
  token: ScimToken
  /** The token as a caller: what it does is on the trail in its name. */
  access: Access
  /** Whose rights it gives from. */
  giver: Access
  reach: Reach
  req: Request
  res: Response
  body: unknown
}

type Answer = { status?: number; body?: unknown; etag?: string } | undefined

function scimRoute(
  method: Route['method'],
  path: string,
  summary: string,
  handle: (hub: Hub, call: ScimCall) => Promise<Answer>,
): Route {
  return {
    method,
    path: `/scim/v2${path}`,
    who: 'anyone',
    summary,
    async handle(hub, req, res) {
      try {
        const call = await open(hub, req, res)
        const answer = await handle(hub, call)
        if (answer?.etag) res.set('ETag', answer.etag)
        res.status(answer?.status ?? (answer ? 200 : 204))
        if (answer) res.type('application/scim+json').send(JSON.stringify(answer.body))
        else res.end()
      } catch (error) {
        renderScimError(hub, error, res)
      }
    },
  }
}

const parse = express.json({ type: ['application/scim+json', 'application/json'], limit: '1mb' })

async function open(hub: Hub, req: Request, res: Response): Promise<ScimCall> {
  const secret = /^bearer\s+(\S+)$/i.exec(req.get('authorization') ?? '')?.[1]
  const token = secret && (await findScimToken(hub.db, secret))
  if (!token) throw new HubError('unauthenticated', 'The bearer token is wrong or was revoked.')
  await new Promise<void>((done, fail) => parse(req, res, (error?: unknown) => (error ? fail(error) : done())))
  const nobody = {
    person: null,
    membership: null,
    staff: null,
    actor: null,
    sessionId: null,
    rights: [],
    portfolio: [],
  }
  const access: Access = { ...nobody, sellerId: token.sellerId, clientId: `scim ${token.label}` }
  // Whoever issued it and may nothing any more leaves it with nothing to give.
  const issuer = token.issuedBy
    ? await findAccess(hub.db, { sellerId: token.sellerId, membershipId: token.issuedBy }, hub.now())
    : access
  const giver = issuer ?? { ...access, person: { id: '', email: '', name: '' } }
  const reach = { ...wholeReach(token.sellerId), all: false, accountIds: [token.accountId] }
  return { token, access, giver, reach, req, res, body: req.body }
}

function renderScimError(hub: Hub, error: unknown, res: Response): void {
  const wish = error instanceof ScimWishError ? error : null
  const known = wish ? new HubError('invalid_input', wish.message) : asHubError(error)
  logError(hub, known, res)
  const status = (known.details as { scim?: number } | undefined)?.scim ?? statusOf(known.code)
  const taken = known.code === 'conflict' && /already/.test(known.message) ? { scimType: 'uniqueness' } : {}
  const scimType = wish ? { scimType: wish.scimType } : taken
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...scimType,
    detail: known.message,
  }
  res.status(status).type('application/scim+json').send(JSON.stringify(body))
}

const etagOf = (member: Pick<Member, 'version'>) => `W/"${member.version}"`

function assertUnchanged(req: Request, member: Member): void {
  const wanted = req.get('if-match')
  if (
    wanted &&
    wanted !== '*' &&
    !wanted.split(/\s*,\s*/).some((tag) => tag.replace(/^W\//, '') === `"${member.version}"`)
  )
    throw new HubError('conflict', 'It was changed meanwhile.', { details: { scim: 412 } })
}

function showUser(hub: Hub, member: Member) {
  const location = `${hub.config.publicUrl}/scim/v2/Users/${member.id}`
  const meta = {
    resourceType: 'User',
    created: member.createdAt,
    lastModified: member.updatedAt,
    location,
    version: etagOf(member),
  }
  return {
    schemas: [USER],
    id: member.id,
    ...(member.externalId ? { externalId: member.externalId } : {}),
    userName: member.email,
    displayName: member.name,
    name: { formatted: member.name },
    ...(member.jobTitle ? { title: member.jobTitle } : {}),
    emails: [{ value: member.email, type: 'work', primary: true }],
    active: member.status === 'active' || member.status === 'invited',
    groups: groupsOf(member).map((value) => ({ value, $ref: `${hub.config.publicUrl}/scim/v2/Groups/${value}` })),
    meta,
  }
}

const groupsOf = (member: Member) => [
  ...new Set([
    ...(member.role ? [member.role] : []),
    ...member.grants.filter((g) => g.accountId === member.accountId).map((g) => g.role ?? g.roleId ?? ''),
  ]),
]

const answerUser = (hub: Hub, member: Member, status = 200): Answer => ({
  status,
  body: showUser(hub, member),
  etag: etagOf(member),
})

async function userOf({ reach }: ScimCall, hub: Hub, id: unknown): Promise<Member> {
  const isId = z.uuid().safeParse(id).success
  const member = isId ? await memberWithin(hub.db, reach, String(id)) : undefined
  if (!member || member.status === 'removed') throw new HubError('not_found', 'There is no such user.')
  return member
}

const pageQuery = z.object({
  filter: z.string().max(1000).optional(),
  startIndex: z.coerce
    .number()
    .int()
    .default(1)
    .transform((n) => Math.max(1, n)),
  count: z.coerce
    .number()
    .int()
    .default(100)
    .transform((n) => Math.min(MOST, Math.max(0, n))),
})

function listOf(resources: unknown[], total: number, startIndex: number): Answer {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse']
  return { body: { schemas, totalResults: total, startIndex, itemsPerPage: resources.length, Resources: resources } }
}

async function applyWish(hub: Hub, call: ScimCall, member: Member, wish: UserWish): Promise<Answer> {
  assertUnchanged(call.req, member)
  const isActive = member.status === 'active' || member.status === 'invited'
  const status =
    wish.active === undefined || wish.active === isActive
      ? undefined
      : wish.active
        ? (member.suspendedFrom ?? 'active')
        : 'suspended'
  const change = { status, jobTitle: wish.title, externalId: wish.externalId } as const
  await changeMembership(hub, call.access, member, member.version, change, 'membership.provisioned')
  // A person in two companies keeps the name they have: neither directory renames them in the other.
  if (wish.displayName && wish.displayName !== member.name)
    await hub
      .db('people as p')
      .where({ 'p.id': member.personId })
      .whereRaw('(SELECT count(*) FROM memberships m WHERE m.person_id = p.id) = 1')
      .whereRaw('NOT EXISTS (SELECT FROM staff s WHERE s.person_id = p.id)')
      .update({ name: wish.displayName })
  return answerUser(hub, await memberWithin(hub.db, call.reach, member.id))
}

interface Group {
  id: string
  displayName: string
  role: RoleName | null
  roleId: string | null
  rights: readonly string[]
}

async function groupsAt(hub: Hub, { token }: ScimCall): Promise<Group[]> {
  const reach = { ...wholeReach(token.sellerId), all: false, accountIds: [...token.path] }
  const custom = (await listRoles(hub.db, reach, undefined, 1000)).filter((r) => r.assignableBy === 'buyer')
  return [
    ...roleNames.map((name) => ({
      id: name,
      displayName: roles[name].title,
      role: name,
      roleId: null,
      rights: roles[name].rights,
    })),
    ...custom.map((r) => ({ id: r.id, displayName: r.name, role: null, roleId: r.id, rights: r.permissions })),
  ]
}

async function groupOr404(hub: Hub, call: ScimCall): Promise<Group> {
  const found = (await groupsAt(hub, call)).find((group) => group.id === call.req.params.id)
  if (!found) throw new HubError('not_found', 'There is no such group: groups are the roles of the account.')
  return found
}

async function membersOf(hub: Hub, { reach, token }: ScimCall, group: Group): Promise<string[]> {
  return hub
    .db('memberships as m')
    .where({ 'm.account_id': token.accountId })
    .whereNot({ 'm.status': 'removed' })
    .where((q) => {
      q.whereIn(
        'm.id',
        hub
          .db('grants')
          .select('membership_id')
          .where({ account_id: reach.accountIds[0], role: group.role, role_id: group.roleId }),
      )
      if (group.role) q.orWhere({ 'm.role': group.role })
    })
    .orderBy('m.id')
    .pluck('m.id')
}

async function showGroup(hub: Hub, call: ScimCall, group: Group) {
  const members = await membersOf(hub, call, group)
  const root = `${hub.config.publicUrl}/scim/v2`
  return {
    schemas: [GROUP],
    id: group.id,
    displayName: group.displayName,
    members: members.map((value) => ({ value, $ref: `${root}/Users/${value}`, type: 'User' })),
    meta: { resourceType: 'Group', location: `${root}/Groups/${group.id}` },
  }
}

/** Gives and takes a role, each only as far as the token's issuer has it. */
async function setMembers(hub: Hub, call: ScimCall, group: Group, add: string[], remove: string[]): Promise<void> {
  const { token, access, giver } = call
  if (add.length + remove.length === 0) return
  if (administers(group.rights) && !token.mayAdminister)
    throw new HubError('forbidden', 'This token may not give or take roles that manage people or rules.')
  assertMayGive(giver, group.rights, token)
  await hub.db.transaction((trx) =>
    keepingAdministrators(trx, token.path[0] ?? token.accountId, hub.now(), async () => {
      // Held still: a role that grows meanwhile would give more than was looked at.
      const custom = group.roleId ? await findRole(trx, wholeReach(token.sellerId), group.roleId, 'use') : undefined
      if (custom) assertMayGive(giver, rightsOf({ role: null, permissions: custom.permissions }), token)
      const inTrx = { ...hub, db: trx } as Hub
      for (const id of new Set(add)) {
        const member = await userOf(call, inTrx, id)
        if (groupsOf(member).includes(group.id)) continue
        const { role, roleId } = group
        const grant = {
          membershipId: member.id,
          role,
          roleId,
          accountId: token.accountId,
          validFrom: hub.now(),
          validTo: null,
        }
        await addGrant(trx, { ...grant, grantedBy: giver.person?.id || null }, stampOf(hub))
        await auditMember(hub, trx, access, member, 'grant.added', { role: group.id })
      }
      for (const id of new Set(remove)) {
        const member = await userOf(call, inTrx, id)
        const grants = member.grants.filter((g) => g.accountId === token.accountId && (g.role ?? g.roleId) === group.id)
        for (const grant of grants) await removeGrant(trx, member.id, grant.id)
        if (group.role && member.role === group.role)
          await changeMember(trx, member.id, member.version, { role: null }, stampOf(hub))
        await auditMember(hub, trx, access, member, 'grant.removed', { role: group.id })
      }
    }),
  )
}

const memberList = z.array(z.object({ value: z.string() })).default([])

const described = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: MOST },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    { type: 'oauthbearertoken', name: 'Bearer token', description: 'Issued by the customer’s administrator' },
  ],
}
const types = [
  { id: 'User', name: 'User', endpoint: '/Users', schema: USER },
  { id: 'Group', name: 'Group', endpoint: '/Groups', schema: GROUP },
].map((type) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'], ...type }))
const attribute = (name: string, more: object = {}) => ({
  ...{ name, type: 'string', multiValued: false, required: false, caseExact: false, mutability: 'readWrite' },
  ...{ returned: 'default', uniqueness: 'none', ...more },
})
const schemas = [
  {
    id: USER,
    name: 'User',
    attributes: [
      attribute('userName', { required: true, uniqueness: 'server', mutability: 'immutable' }),
      ...['displayName', 'title', 'externalId'].map((name) => attribute(name)),
      attribute('active', { type: 'boolean' }),
    ],
  },
  {
    id: GROUP,
    name: 'Group',
    attributes: [
      attribute('displayName', { mutability: 'readOnly' }),
      attribute('members', { type: 'complex', multiValued: true }),
    ],
  },
].map((schema) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'], ...schema }))

const userBody = z.looseObject({ userName: z.email().max(255) })
const userFilters = {
  username: 'email',
  'emails.value': 'email',
  emails: 'email',
  'emails[type eq "work"].value': 'email',
  externalid: 'externalId',
  id: 'id',
}

export const scimRoutes: Route[] = [
  scimRoute('get', '/ServiceProviderConfig', 'What SCIM the hub speaks', async () => ({ body: described })),
  scimRoute('get', '/ResourceTypes', 'SCIM resource types', async () => listOf(types, types.length, 1)),
  scimRoute('get', '/Schemas', 'SCIM schemas', async () => listOf(schemas, schemas.length, 1)),
  scimRoute('get', '/Users', 'List users', async (hub, { req, reach }) => {
    const { filter, startIndex, count } = pageQuery.parse(req.query)
    const shown = { ...readFilter(filter, userFilters), kept: true }
    const [total, rows] = await Promise.all([
      countMembers(hub.db, reach, shown),
      count > 0 ? listMembers(hub.db, reach, shown, { offset: startIndex - 1, limit: count }) : [],
    ])
    return listOf(
      rows.map((m) => showUser(hub, m)),
      total,
      startIndex,
    )
  }),
  scimRoute('post', '/Users', 'Provision a user', async (hub, call) => {
    const { userName, ...rest } = userBody.parse(call.body)
    const wish = wishOfUser(rest)
    const { sellerId, accountId, label } = call.token
    const member = await hub.db.transaction(async (trx) => {
      const name = wish.displayName ?? userName
      const input = { sellerId, accountId, email: userName, name, role: null, status: 'active' as const }
      const id = await addMember(trx, { ...input, firstSeenBy: `scim ${label}` }, stampOf(hub))
      const added = await memberWithin(trx, call.reach, id)
      const change = {
        ...(await limitsOf(trx, call.token.issuedBy)),
        jobTitle: wish.title,
        externalId: wish.externalId,
        status: wish.active === false ? 'suspended' : undefined,
      } as const
      await changeMember(trx, id, added.version, change, stampOf(hub))
      await auditMember(hub, trx, call.access, added, 'membership.provisioned')
      const greeted = {
        sellerId,
        personId: added.personId,
        accountId,
        way: 'scim',
        actor: actorOf(call.access),
      } as const
      if (wish.active !== false) await welcomePerson(trx, linksOf(hub), greeted, stampOf(hub))
      return memberWithin(trx, call.reach, id)
    })
    return answerUser(hub, member, 201)
  }),
  scimRoute('get', '/Users/:id', 'Read a user', async (hub, call) =>
    answerUser(hub, await userOf(call, hub, call.req.params.id)),
  ),
  scimRoute('put', '/Users/:id', 'Replace a user', async (hub, call) => {
    const member = await userOf(call, hub, call.req.params.id)
    const { userName, ...rest } = userBody.parse(call.body)
    if (userName.toLowerCase() !== member.email.toLowerCase())
      throw new ScimWishError('mutability', 'userName is who somebody is: it does not change.')
    return applyWish(hub, call, member, { active: true, ...wishOfUser(rest) })
  }),
  scimRoute('patch', '/Users/:id', 'Change a user', async (hub, call) => {
    const wish = wishOfUserPatch(patchBody.parse(call.body).Operations)
    return applyWish(hub, call, await userOf(call, hub, call.req.params.id), wish)
  }),
  scimRoute('delete', '/Users/:id', 'Remove a user', async (hub, call) => {
    const member = await userOf(call, hub, call.req.params.id)
    assertUnchanged(call.req, member)
    await changeMembership(hub, call.access, member, member.version, { status: 'removed' }, 'membership.removed')
    return undefined
  }),
  scimRoute('get', '/Groups', 'List groups: the roles of the account', async (hub, call) => {
    const { filter, startIndex, count } = pageQuery.parse(call.req.query)
    const wanted = readFilter(filter, { displayname: 'displayName', id: 'id' })
    const all = (await groupsAt(hub, call)).filter(
      (g) =>
        (!wanted.displayName || g.displayName.toLowerCase() === wanted.displayName.toLowerCase()) &&
        (!wanted.id || g.id === wanted.id),
    )
    const page = all.slice(startIndex - 1, startIndex - 1 + count)
    return listOf(await Promise.all(page.map((g) => showGroup(hub, call, g))), all.length, startIndex)
  }),
  scimRoute('get', '/Groups/:id', 'Read a group', async (hub, call) => ({
    body: await showGroup(hub, call, await groupOr404(hub, call)),
  })),
  scimRoute('patch', '/Groups/:id', 'Change the members of a group', async (hub, call) => {
    const group = await groupOr404(hub, call)
    const { replace, add, remove, removeAll } = wishOfGroupPatch(patchBody.parse(call.body).Operations)
    const before = await membersOf(hub, call, group)
    const gone = replace ? before.filter((id) => !replace.includes(id)) : removeAll ? before : []
    await setMembers(hub, call, group, [...(replace ?? []), ...add], [...gone, ...remove])
    return { body: await showGroup(hub, call, group) }
  }),
  scimRoute('put', '/Groups/:id', 'Say who is in a group', async (hub, call) => {
    const group = await groupOr404(hub, call)
    const wanted = z
      .looseObject({ members: memberList })
      .parse(call.body)
      .members.map((m) => m.value)
    const before = await membersOf(hub, call, group)
    await setMembers(
      hub,
      call,
      group,
      wanted,
      before.filter((id) => !wanted.includes(id)),
    )
    return { body: await showGroup(hub, call, group) }
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/accounts/:id/scim-tokens',
    who: 'accounts:write',
    may: 'role.assign',
    tag: 'People',
    summary: 'Issue a token for the customer’s directory (SCIM 2.0); it is shown this once',
    body: z
      .strictObject({
        label: z.string().min(1).max(60),
        mayAdminister: z.boolean().default(false).describe('may give roles that manage people or rules'),
      })
      .meta({ id: 'NewScimToken' }),
    answer: z.object({ id: z.uuid(), token: z.string() }),
    status: 201,
    async handle(hub, { params, body, access, reach }) {
      const account = await accountWithin(hub.db, reach, params.id)
      assertMayGive(
        access,
        ['user.invite@department', 'user.edit@department', 'user.deactivate@department', 'role.assign@department'],
        { ...account, accountId: account.id },
      )
      // Without a membership behind it a token gives whatever it is asked for: who issues it has all of that.
      if (access.person && !access.membership)
        assertMayGive(access, roles['buyer-admin'].rights, { ...account, accountId: account.id })
      const secret = `hubscim_${hub.newToken()}`
      const issuedBy = access.membership?.id ?? null
      const id = await hub.db.transaction(async (trx) => {
        const token = { ...body, sellerId: access.sellerId, accountId: account.id, issuedBy, secret }
        const added = await insertScimToken(trx, token, stampOf(hub))
        const event = {
          sellerId: access.sellerId,
          accountId: account.id,
          actor: actorOf(access),
          action: 'scim-token.issued',
        }
        await recordAudit(trx, [{ ...event, subjectKind: 'scim-token', subjectId: added, detail: body }], stampOf(hub))
        return added
      })
      return { id, token: secret }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/accounts/:id/scim-tokens',
    who: 'accounts:read',
    may: 'role.assign',
    tag: 'People',
    summary: 'List tokens of the customer’s directory',
    answer: z.object({ items: z.array(z.object({ id: z.uuid(), label: z.string(), mayAdminister: z.boolean() })) }),
    async handle(hub, { params, reach }) {
      const account = await accountWithin(hub.db, reach, params.id)
      const items = await listScimTokens(hub.db, account.id)
      return { items: items.map(({ id, label, mayAdminister }) => ({ id, label, mayAdminister })) }
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/accounts/:id/scim-tokens/:tokenId',
    who: 'accounts:write',
    may: 'role.assign',
    tag: 'People',
    summary: 'Revoke a token of the customer’s directory',
    async handle(hub, { params, access, reach }) {
      const account = await accountWithin(hub.db, reach, params.id)
      await hub.db.transaction(async (trx) => {
        if (!(await revokeScimToken(trx, account.id, params.tokenId ?? '', hub.now())))
          throw new HubError('not_found', 'There is no such token.')
        const event = {
          sellerId: access.sellerId,
          accountId: account.id,
          actor: actorOf(access),
          action: 'scim-token.revoked',
        }
        await recordAudit(
          trx,
          [{ ...event, subjectKind: 'scim-token', subjectId: params.tokenId ?? null, detail: {} }],
          stampOf(hub),
        )
      })
    },
  }),
]
