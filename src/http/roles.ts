// Roles: the ready ones, a company's own, and grants of them, dated and for a part of the tree.
import { z } from 'zod'
import { type Access, demand } from '../accounts/access.ts'
import { accountWithin } from '../accounts/account-tree.ts'
import { assertMayGive, isBuyerRight, rightsOf } from '../accounts/grant-rights.ts'
import { keepingAdministrators } from '../accounts/keep-administrators.ts'
import { memberWithin } from '../accounts/people.ts'
import { permissionNames, permissions, roleNames, roles } from '../accounts/permission.ts'
import {
  addGrant,
  addRole,
  changeRole,
  findRole,
  listRoles,
  placesOfRole,
  type Role,
  removeGrant,
  removeRole,
} from '../accounts/roles.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { isSeller } from './accounts.ts'
import { auditMember, grantShown } from './people.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Roles'

const right = z
  .string()
  .refine(isBuyerRight, 'is no permission@scope that people of a customer can have')
  .meta({ example: 'order.view@company' })

const content = {
  name: z.string().min(1).max(100),
  description: z.string().max(1000).nullable().default(null),
  permissions: z.array(right).max(500),
  assignableBy: z.enum(['buyer', 'seller']).default('buyer').describe('seller: only the seller gives it'),
}

const role = z
  .object({
    id: z.uuid(),
    accountId: z.uuid().nullable().describe('null = of the seller’s, for every customer'),
    ...content,
    description: z.string().nullable(),
    version: z.int(),
  })
  .meta({ id: 'Role' })

async function audit(
  hub: Hub,
  db: Db,
  access: Access,
  role: Pick<Role, 'id' | 'accountId'>,
  action: string,
  detail: object,
) {
  const event = { sellerId: access.sellerId, accountId: role.accountId, actor: actorOf(access), action }
  await recordAudit(db, [{ ...event, subjectKind: 'role', subjectId: role.id, detail: { ...detail } }], stampOf(hub))
}

/** Throws HubError not_found; forbidden for a template of the seller's. */
async function ownRole(
  db: Db,
  access: Access,
  reach: Parameters<typeof findRole>[1],
  id: string | undefined,
): Promise<Role> {
  const found = await findRole(db, reach, id ?? '', 'change')
  if (!found) throw new HubError('not_found', 'There is no such role.')
  if (!isSeller(access) && (found.accountId === null || found.assignableBy === 'seller'))
    throw new HubError('forbidden', 'This role is the seller’s to change.')
  return found
}

export const roleRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/permissions',
    who: 'accounts:read',
    may: 'signed-in',
    tag: TAG,
    summary: 'List what roles are made of, and the ready ones',
    answer: z.object({
      permissions: z.array(z.object({ name: z.string(), text: z.string() })),
      roles: z.array(z.object({ name: z.enum(roleNames), title: z.string(), permissions: z.array(z.string()) })),
    }),
    async handle() {
      return {
        permissions: permissionNames.map((name) => ({ name, text: permissions[name] })),
        roles: roleNames.map((name) => ({ name, title: roles[name].title, permissions: roles[name].rights })),
      }
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/roles',
    who: 'accounts:read',
    may: 'role.view',
    tag: TAG,
    summary: 'List custom roles',
    query: pageQuery,
    answer: pageOf(role),
    async handle(hub, { query, reach }) {
      return asPage(await listRoles(hub.db, reach, query.cursor, query.limit + 1), query.limit, (r) => r)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/roles',
    who: 'accounts:write',
    may: 'role.edit',
    tag: TAG,
    summary: 'Make a custom role',
    description:
      'Of a company; of every customer’s where accountId is null, which only the seller makes. Nobody puts in what they lack.',
    body: z.strictObject({ accountId: z.uuid().nullable(), ...content }).meta({ id: 'NewRole' }),
    answer: z.object({ id: z.uuid() }),
    status: 201,
    async handle(hub, { body, access, reach }) {
      const { accountId, ...rest } = body
      if (accountId === null && !isSeller(access))
        throw new HubError('forbidden', 'accountId: only the seller makes roles for every customer.')
      if (accountId) {
        const account = await accountWithin(hub.db, reach, accountId)
        assertMayGive(access, rest.permissions, { ...account, accountId })
      }
      const id = await hub.db.transaction(async (trx) => {
        const added = await addRole(trx, { sellerId: access.sellerId, accountId }, rest, stampOf(hub))
        await audit(hub, trx, access, { id: added, accountId }, 'role.added', rest)
        return added
      })
      return { id }
    },
  }),
  jsonRoute({
    method: 'patch',
    path: '/api/v1/roles/:id',
    who: 'accounts:write',
    may: 'role.edit',
    tag: TAG,
    summary: 'Change a custom role, for everybody who has it',
    description: 'What is put in must be the caller’s own wherever somebody has the role.',
    body: z.strictObject({ version: z.int(), ...z.object(content).partial().shape }).meta({ id: 'RoleChange' }),
    answer: role,
    async handle(hub, { params, body, access, reach }) {
      const { version, ...change } = body
      return hub.db.transaction(async (trx) => {
        const found = await ownRole(trx, access, reach, params.id)
        const places = await placesOfRole(trx, found.id)
        if (found.accountId) {
          const account = await accountWithin(trx, reach, found.accountId)
          places.push({ ...account, accountId: account.id })
        }
        const given = change.permissions ?? []
        const touched = [
          ...given.filter((p) => !found.permissions.includes(p)),
          ...(change.permissions ? found.permissions.filter((p) => !given.includes(p as (typeof given)[number])) : []),
        ]
        for (const place of places) assertMayGive(access, touched, place)
        const roots = [...new Set(places.map((p) => p.path[0] ?? p.accountId))].sort()
        const write = () => changeRole(trx, found, version, change, stampOf(hub))
        // Of each tree where somebody has it, one inside the other.
        await roots.reduce((act, root) => () => keepingAdministrators(trx, root, hub.now(), act), write)()
        await audit(hub, trx, access, found, 'role.changed', { before: found.permissions, ...change })
        return findRole(trx, reach, found.id)
      })
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/roles/:id',
    who: 'accounts:write',
    may: 'role.edit',
    tag: TAG,
    summary: 'Remove a custom role that nobody has',
    async handle(hub, { params, access, reach }) {
      await hub.db.transaction(async (trx) => {
        const found = await ownRole(trx, access, reach, params.id)
        await removeRole(trx, found.id)
        await audit(hub, trx, access, found, 'role.removed', { name: found.name })
      })
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/people/:id/grants',
    who: 'accounts:write',
    may: 'role.assign',
    tag: TAG,
    summary: 'Give a person a role, for a part of the tree and a time',
    description:
      'Nobody gives what they lack: neither a permission, nor a wider reach, nor beyond where their own reaches.',
    body: z
      .strictObject({
        role: z.enum(roleNames).nullable().default(null),
        roleId: z.uuid().nullable().default(null).describe('a custom role, instead of `role`'),
        accountId: z.uuid().describe('the role holds from here'),
        validFrom: z.iso.datetime({ offset: true }).optional().describe('now where absent'),
        validTo: z.iso.datetime({ offset: true }).nullable().default(null),
      })
      .refine((g) => (g.role === null) !== (g.roleId === null), 'needs a role or a roleId, not both')
      .meta({ id: 'NewGrant' }),
    answer: grantShown,
    status: 201,
    async handle(hub, { params, body, access, reach }) {
      const member = await memberWithin(hub.db, reach, params.id)
      const account = await accountWithin(hub.db, reach, body.accountId)
      if (account.path[0] !== member.path[0])
        throw new HubError('invalid_input', 'accountId: that is another customer’s account.')
      const validFrom = body.validFrom ? new Date(body.validFrom) : hub.now()
      const validTo = body.validTo ? new Date(body.validTo) : null
      if (validTo && validTo <= validFrom) throw new HubError('invalid_input', 'validTo: is not after validFrom.')
      const id = await hub.db.transaction(async (trx) => {
        // Held still: a role that grows meanwhile would give more than was looked at.
        const custom = body.roleId ? await findRole(trx, reach, body.roleId, 'use') : undefined
        const usable = custom && (custom.accountId === null || account.path.includes(custom.accountId))
        if (body.roleId && !usable)
          throw new HubError('invalid_input', 'roleId: there is no such role for this account.')
        if (custom?.assignableBy === 'seller' && !isSeller(access))
          throw new HubError('forbidden', 'Only the seller gives this role.')
        const rights = rightsOf({ role: body.role, permissions: custom?.permissions ?? null })
        assertMayGive(access, rights, { ...account, accountId: account.id })
        const { role: ready, roleId, accountId } = body
        const grant = { membershipId: member.id, role: ready, roleId, accountId, validFrom, validTo }
        const added = await addGrant(trx, { ...grant, grantedBy: access.person?.id ?? null }, stampOf(hub))
        await auditMember(hub, trx, access, member, 'grant.added', { ...body })
        return added
      })
      const { role: ready, roleId, accountId } = body
      return {
        ...{ id, role: ready, roleId, accountId },
        validFrom: validFrom.toISOString(),
        validTo: validTo?.toISOString() ?? null,
      }
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/people/:id/grants/:grantId',
    who: 'accounts:write',
    may: 'role.assign',
    tag: TAG,
    summary: 'Take a granted role from a person',
    async handle(hub, { params, access, reach }) {
      const member = await memberWithin(hub.db, reach, params.id)
      const grant = member.grants.find((g) => g.id === params.grantId)
      if (!grant) throw new HubError('not_found', 'There is no such grant.')
      const account = await accountWithin(hub.db, reach, grant.accountId)
      const custom = grant.roleId ? await findRole(hub.db, demand(access, 'role.assign'), grant.roleId) : undefined
      const rights = rightsOf({ role: grant.role, permissions: custom?.permissions ?? null })
      assertMayGive(access, rights, { ...account, accountId: account.id })
      await hub.db.transaction((trx) =>
        keepingAdministrators(trx, member.path[0] ?? member.accountId, hub.now(), async () => {
          await removeGrant(trx, member.id, grant.id)
          await auditMember(hub, trx, access, member, 'grant.removed', { ...grant })
        }),
      )
    },
  }),
]
