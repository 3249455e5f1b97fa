// Cost centres, projects and ship-to addresses of companies: three lists, one way to see to them.
import { z } from 'zod'
import { type Access, demand } from '../accounts/access.ts'
import { accountWithin } from '../accounts/account-tree.ts'
import { addCode, type CodeTable, changeCode, findCode, listCodes, listUsableCodes } from '../accounts/code-lists.ts'
import { memberWithin } from '../accounts/people.ts'
import type { Permission } from '../accounts/permission.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import { addressSchema } from '../cart.ts'
import type { Db } from '../database/database.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { day, flag, term } from './list-query.ts'
import { asPage, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'

const status = z.enum(['active', 'closed'])
const code = z
  .string()
  .min(1)
  .max(100)
  .regex(/^\P{Cc}*$/u, 'holds a control character')

interface List {
  table: CodeTable
  path: string
  id: string
  noun: string
  plural: string
  view: Permission
  edit: Permission
  shape: z.ZodRawShape
}

const lists: List[] = [
  {
    table: 'cost_centres',
    path: 'cost-centres',
    id: 'CostCentre',
    noun: 'cost centre',
    plural: 'cost centres',
    view: 'costcentre.view',
    edit: 'costcentre.edit',
    shape: { name: z.string().min(1).max(200), ownerId: z.uuid().nullable().describe('membership of its owner') },
  },
  {
    table: 'projects',
    path: 'projects',
    id: 'Project',
    noun: 'project',
    plural: 'projects',
    view: 'project.view',
    edit: 'project.edit',
    shape: { name: z.string().min(1).max(200), startsOn: day.nullable(), endsOn: day.nullable() },
  },
  {
    table: 'ship_tos',
    path: 'ship-tos',
    id: 'AccountShipTo',
    noun: 'ship-to address',
    plural: 'ship-to addresses',
    view: 'address.view',
    edit: 'address.edit',
    shape: { address: addressSchema },
  },
]

async function checkOwner(db: Db, access: Access, ownerId: unknown): Promise<void> {
  if (
    typeof ownerId === 'string' &&
    !(await memberWithin(db, demand(access, 'user.view'), ownerId).catch(() => undefined))
  )
    throw new HubError('invalid_input', 'ownerId: there is no such person.')
}

function routesOf({ table, path, id: name, noun, plural, view, edit, shape }: List): Route[] {
  const tag = 'Accounts'
  const fields = z.object(shape)
  const entry = z.object({ id: z.uuid(), accountId: z.uuid(), code, status, ...shape }).meta({ id: name })
  const optional = Object.fromEntries(
    Object.entries(shape).map(([key, type]) => [
      key,
      (type as z.ZodType).safeParse(null).success ? (type as z.ZodType).optional() : type,
    ]),
  )
  const audit = (
    hub: Hub,
    db: Db,
    access: Access,
    action: string,
    row: { id: string; accountId: string },
    detail: object,
  ) => {
    const event = { sellerId: access.sellerId, accountId: row.accountId, actor: actorOf(access) }
    const subject = { action: `${path.slice(0, -1)}.${action}`, subjectKind: path.slice(0, -1), subjectId: row.id }
    return recordAudit(db, [{ ...event, ...subject, detail: { ...detail } }], stampOf(hub))
  }
  return [
    jsonRoute({
      method: 'get',
      path: `/api/v1/${path}`,
      who: 'accounts:read',
      may: view,
      tag,
      summary: `List ${plural}`,
      query: pageQuery.extend({ accountId: z.uuid().optional(), status: status.optional(), code: term.optional() }),
      answer: pageOf(entry),
      async handle(hub, { query, reach }) {
        const { limit, cursor, ...filter } = query
        const rows = await listCodes(hub.db, table, reach, filter, { after: cursor, limit: limit + 1 })
        return asPage(rows, limit, (row) => row)
      },
    }),
    jsonRoute({
      method: 'get',
      path: `/api/v1/accounts/:id/usable-${path}`,
      who: 'accounts:read',
      may: view,
      tag,
      summary: `List the ${plural} that can be chosen at an account: its own and those from above, each with the account it is of`,
      query: z.strictObject({ mine: flag.optional().describe('true: only those the caller may order for') }),
      answer: z.object({ items: z.array(entry) }),
      async handle(hub, { params, query, access, reach }) {
        const own = reach.own ? { ...reach, accountIds: [...reach.accountIds, ...reach.own.accountIds] } : reach
        const account = await accountWithin(hub.db, own, params.id)
        const items = await listUsableCodes(hub.db, table, account.id)
        if (!query.mine || !access.membership) return { items }
        const [limits] = await hub.db('memberships').where({ id: access.membership.id }).select({ codes: table })
        const codes = limits?.codes as string[] | null
        return { items: codes ? items.filter((item) => codes.includes(item.code)) : items }
      },
    }),
    jsonRoute({
      method: 'post',
      path: `/api/v1/${path}`,
      who: 'accounts:write',
      may: edit,
      tag,
      summary: `Add a ${noun}`,
      body: z
        .strictObject({ accountId: z.uuid(), code, status: status.default('active'), ...optional })
        .meta({ id: `New${name}` }),
      answer: z.object({ id: z.uuid() }),
      status: 201,
      async handle(hub, { body, access, reach }) {
        const { accountId, ...rest } = body as { accountId: string; code: string; [key: string]: unknown }
        await accountWithin(hub.db, reach, accountId)
        await checkOwner(hub.db, access, rest.ownerId)
        const id = await hub.db.transaction(async (trx) => {
          const place = { sellerId: access.sellerId, accountId }
          const added = await addCode(trx, table, place, rest, stampOf(hub))
          await audit(hub, trx, access, 'added', { id: added, accountId }, rest)
          return added
        })
        return { id }
      },
    }),
    jsonRoute({
      method: 'patch',
      path: `/api/v1/${path}/:id`,
      who: 'accounts:write',
      may: edit,
      tag,
      summary: `Change or close a ${noun}`,
      body: z.strictObject({ status: status.optional(), ...fields.partial().shape }).meta({ id: `${name}Change` }),
      answer: entry,
      async handle(hub, { params, body, access, reach }) {
        const change = body as Record<string, unknown>
        const found = await findCode(hub.db, table, reach, params.id ?? '')
        if (!found) throw new HubError('not_found', `There is no such ${noun}.`)
        await checkOwner(hub.db, access, change.ownerId)
        await hub.db.transaction(async (trx) => {
          await changeCode(trx, table, found.id, change, stampOf(hub))
          await audit(hub, trx, access, 'changed', found, { code: found.code, ...change })
        })
        return findCode(hub.db, table, reach, found.id)
      },
    }),
  ]
}

export const codeListRoutes: Route[] = lists.flatMap(routesOf)
