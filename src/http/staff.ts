// The seller's own people, their portfolios, and acting on behalf of a customer.
import { z } from 'zod'
import type { Access } from '../accounts/access.ts'
import { memberWithin } from '../accounts/people.ts'
import { staffRoleNames } from '../accounts/permission.ts'
import {
  addStaff,
  changeStaff,
  endActing,
  endActingBy,
  findStaff,
  keepingStaffAdministrator,
  listStaff,
  setPortfolio,
  startActing,
} from '../accounts/staff-store.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { endSessionsOf } from '../sign-in/start-session.ts'
import { timeShown } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Staff'

const staff = z
  .object({
    id: z.uuid(),
    personId: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(staffRoleNames),
    status: z.enum(['active', 'suspended']),
    accountIds: z.array(z.uuid()).describe('the portfolio of an agent: these and all below'),
  })
  .meta({ id: 'Staff' })

async function staffOr404(db: Db, access: Access, id: string | undefined) {
  const found = id && (await findStaff(db, access.sellerId, id))
  if (!found) throw new HubError('not_found', 'There is no such person of yours.')
  return found
}

/** Only an administrator of the seller's, or its program, sees to its people. */
function assertAdministrator(access: Access): void {
  if (access.person && access.staff?.role !== 'administrator')
    throw new HubError('forbidden', 'Only an administrator of the seller sees to its people.')
}

async function audit(hub: Hub, db: Db, access: Access, action: string, subjectId: string, detail: object) {
  const event = { sellerId: access.sellerId, accountId: null, actor: actorOf(access), action }
  await recordAudit(db, [{ ...event, subjectKind: 'staff', subjectId, detail: { ...detail } }], stampOf(hub))
}

export const staffRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/staff',
    who: 'accounts:read',
    may: 'user.view',
    tag: TAG,
    summary: 'List the seller’s own people',
    query: pageQuery,
    answer: pageOf(staff),
    async handle(hub, { query, access }) {
      assertAdministrator(access)
      return asPage(await listStaff(hub.db, access.sellerId, query.cursor, query.limit + 1), query.limit, (s) => s)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/staff',
    who: 'staff:write',
    may: 'user.invite',
    tag: TAG,
    summary: 'Add one of the seller’s own people',
    body: z
      .strictObject({ email: z.email().max(255), name: z.string().min(1).max(255), role: z.enum(staffRoleNames) })
      .meta({ id: 'NewStaff' }),
    answer: staff,
    status: 201,
    async handle(hub, { body, access }) {
      assertAdministrator(access)
      const id = await hub.db.transaction(async (trx) => {
        const added = await addStaff(trx, access.sellerId, body, stampOf(hub))
        await audit(hub, trx, access, 'staff.added', added, body)
        return added
      })
      return staffOr404(hub.db, access, id)
    },
  }),
  jsonRoute({
    method: 'patch',
    path: '/api/v1/staff/:id',
    who: 'staff:write',
    may: 'user.edit',
    tag: TAG,
    summary: 'Change the role of one of the seller’s people, suspend them, or let them in again',
    body: z
      .strictObject({ role: z.enum(staffRoleNames).optional(), status: z.enum(['active', 'suspended']).optional() })
      .meta({ id: 'StaffChange' }),
    answer: staff,
    async handle(hub, { params, body, access }) {
      assertAdministrator(access)
      const found = await staffOr404(hub.db, access, params.id)
      await hub.db.transaction((trx) =>
        keepingStaffAdministrator(trx, access.sellerId, async () => {
          await changeStaff(trx, found.id, body)
          await endActingBy(trx, found.id, hub.now())
          if (body.status === 'suspended') await endSessionsOf(trx, { personId: found.personId }, stampOf(hub))
          await audit(hub, trx, access, 'staff.changed', found.id, body)
        }),
      )
      return staffOr404(hub.db, access, found.id)
    },
  }),
  jsonRoute({
    method: 'put',
    path: '/api/v1/staff/:id/portfolio',
    who: 'staff:write',
    may: 'user.edit',
    tag: TAG,
    summary: 'Say which accounts are an agent’s',
    body: z.strictObject({ accountIds: z.array(z.uuid()).max(10_000) }).meta({ id: 'Portfolio' }),
    answer: staff,
    async handle(hub, { params, body, access }) {
      assertAdministrator(access)
      const found = await staffOr404(hub.db, access, params.id)
      await hub.db.transaction(async (trx) => {
        await setPortfolio(trx, access.sellerId, found.id, body.accountIds, stampOf(hub))
        await endActingBy(trx, found.id, hub.now())
        await audit(hub, trx, access, 'staff.portfolio-set', found.id, body)
      })
      return staffOr404(hub.db, access, found.id)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/acting',
    who: 'person',
    may: 'agent.act',
    tag: TAG,
    summary: 'Act on behalf of a customer’s person, for a reason and a time',
    description:
      'The session becomes that person’s until it ends: with their rights and limits, no more, and without what is theirs alone: to decide, and to see to people, rules and budgets. What is done is on the trail with both names, and orders say who placed them.',
    body: z
      .strictObject({
        membershipId: z.uuid(),
        reason: z.string().trim().min(3).max(500),
        minutes: z.int().min(1).max(480).default(60),
      })
      .meta({ id: 'NewActing' }),
    answer: z.object({ id: z.uuid(), membershipId: z.uuid(), expiresAt: timeShown }),
    status: 201,
    async handle(hub, { body, access, reach }) {
      const { staff: agent, sessionId } = access
      if (!agent || !sessionId) throw new HubError('forbidden', 'Only the seller’s signed-in people act for customers.')
      const member = await memberWithin(hub.db, reach, body.membershipId)
      if (member.status !== 'active' || member.personStatus !== 'active')
        throw new HubError('wrong_state', `${member.email} is ${member.status}.`)
      if (member.personId === access.person?.id) throw new HubError('forbidden', 'That is yourself.')
      const expiresAt = new Date(hub.now().getTime() + body.minutes * 60_000)
      const id = await hub.db.transaction(async (trx) => {
        const acting = { sellerId: access.sellerId, staffId: agent.id, membershipId: member.id, reason: body.reason }
        const started = await startActing(trx, sessionId, { ...acting, expiresAt }, stampOf(hub))
        const both = { personId: member.personId, actorId: access.person?.id ?? '', actingId: started }
        const event = { sellerId: access.sellerId, accountId: member.accountId, actor: both, action: 'acting.started' }
        const detail = {
          agent: access.person?.name,
          for: member.name,
          reason: body.reason,
          until: expiresAt.toISOString(),
        }
        await recordAudit(trx, [{ ...event, subjectKind: 'membership', subjectId: member.id, detail }], stampOf(hub))
        return started
      })
      return { id, membershipId: member.id, expiresAt: expiresAt.toISOString() }
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/acting',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'Stop acting on behalf: the session is the agent’s own again',
    async handle(hub, { access }) {
      const { actor, membership } = access
      if (!actor || !membership) throw new HubError('wrong_state', 'You act for nobody.')
      await hub.db.transaction(async (trx) => {
        await endActing(trx, actor.actingId, hub.now())
        const { id, accountId } = membership
        const event = { sellerId: access.sellerId, accountId, actor: actorOf(access), action: 'acting.ended' }
        const detail = { agent: actor.name, for: access.person?.name }
        await recordAudit(trx, [{ ...event, subjectKind: 'membership', subjectId: id, detail }], stampOf(hub))
      })
    },
  }),
]
