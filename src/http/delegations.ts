// Delegations: somebody else decides for a time.
import { z } from 'zod'
import type { Access } from '../accounts/access.ts'
import { demand, isWithin } from '../accounts/access.ts'
import { delegate } from '../approvals/delegate.ts'
import { type Delegation, endDelegation, findDelegation, listDelegations } from '../approvals/delegation-store.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { DECIMAL } from '../money.ts'
import { amount, currency, timeShown } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const TAG = 'Approvals'

const shown = z
  .object({
    id: z.uuid(),
    fromMembershipId: z.uuid(),
    toMembershipId: z.uuid(),
    validFrom: timeShown,
    validUntil: timeShown.describe('no more at this time'),
    cap: amount.nullable(),
    capCurrency: currency.nullable(),
    reason: z.string().nullable(),
    endedAt: timeShown.nullable(),
    createdAt: timeShown,
  })
  .meta({ id: 'Delegation' })

const show = ({ sellerId: _, ...delegation }: Delegation) => delegation

function membershipOf(access: Access): { id: string; accountId: string; companyId: string; path: string[] } {
  if (!access.membership) throw new HubError('forbidden', 'Choose a company first.')
  return access.membership
}

export const delegationRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/delegations',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'List delegations you gave or were given, newest first',
    query: z.strictObject(pageQuery.shape),
    answer: pageOf(shown),
    async handle(hub, { query, access }) {
      const rows = await listDelegations(hub.db, membershipOf(access).id, {
        after: query.cursor,
        limit: query.limit + 1,
      })
      return asPage(rows, query.limit, show)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/delegations',
    who: 'person',
    may: 'approval.delegate',
    tag: TAG,
    summary: 'Have somebody else decide for a time',
    description:
      'Also what waits for you already. They may never more than you, up to the cap; both names are on record.',
    body: z
      .strictObject({
        toMembershipId: z.uuid(),
        validFrom: z.iso.datetime({ offset: true }),
        validUntil: z.iso.datetime({ offset: true }),
        cap: z
          .strictObject({ amount: z.string().regex(DECIMAL), currency: z.string().regex(/^[A-Z]{3}$/) })
          .refine((c) => !c.amount.startsWith('-'), 'is below zero')
          .optional(),
        reason: z.string().trim().min(1).max(500).optional(),
      })
      .meta({ id: 'NewDelegation' }),
    answer: shown,
    status: 201,
    async handle(hub, { body, access }) {
      const { sellerId } = access
      const from = membershipOf(access)
      if (!isWithin(demand(access, 'approval.decide'), { ...from, accountId: from.accountId }))
        throw new HubError('forbidden', 'You can’t hand on what you may not decide yourself.')
      const asked = {
        sellerId,
        fromMembershipId: from.id,
        toMembershipId: body.toMembershipId,
        validFrom: new Date(body.validFrom),
        validUntil: new Date(body.validUntil),
        cap: body.cap?.amount ?? null,
        capCurrency: body.cap?.currency ?? null,
        reason: body.reason ?? null,
      }
      return hub.db.transaction(async (trx) => show(await delegate(trx, asked, actorOf(access), stampOf(hub))))
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/delegations/:id',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'End a delegation you gave or were given',
    async handle(hub, { params, access }) {
      const own = membershipOf(access)
      await hub.db.transaction(async (trx) => {
        const found = await findDelegation(trx, access.sellerId, params.id ?? '')
        if (!found || ![found.fromMembershipId, found.toMembershipId].includes(own.id))
          throw new HubError('not_found', 'There is no such delegation.')
        const stamp = stampOf(hub)
        await endDelegation(trx, found.id, stamp.at)
        const event = { sellerId: access.sellerId, accountId: own.accountId, actor: actorOf(access), detail: {} }
        const subject = { action: 'approval.delegation-ended', subjectKind: 'delegation', subjectId: found.id }
        await recordAudit(trx, [{ ...event, ...subject }], stamp)
      })
      return undefined
    },
  }),
]
