// Generated from the table of routes: every permission, how far it reaches, every endpoint; and of another tenant nothing, anywhere.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Permission, permissionNames, type ReachName } from '../../src/accounts/permission.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { routes } from '../../src/http/app.ts'
import type { Route } from '../../src/http/route.ts'
import { refreshSearch } from '../../src/orders/order-store.ts'
import { scopeNames } from '../../src/storefronts/storefront.ts'
import { insertClient } from '../../src/storefronts/storefront-store.ts'
import { account, member } from '../accounts/company.ts'
import { adminAuthorization } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { sampleBody } from '../support/sample-body.ts'

let hub: TestHub
/** Programs of the two sellers. */
const ours = adminAuthorization
const theirs = `Basic ${Buffer.from('other-admin:other-secret').toString('base64')}`
const OTHER = randomUUID()

/** Where things are, seen from the company `here`. */
const places = ['above', 'here', 'department', 'below', 'sister', 'elsewhere', 'foreign'] as const
type Place = (typeof places)[number]
const accounts = {} as Record<Place, string>

/** What each reach of a right granted at `here` lets one see, besides what is one's own. */
const visible: Record<Exclude<ReachName, 'own'>, Place[]> = {
  department: ['here'],
  company: ['here', 'department'],
  subtree: ['here', 'department', 'below'],
  // For the seller's own people only.
  portfolio: [],
  seller: [],
}

interface Thing {
  list: string
  permission: Permission
  /** Whether one sees one's own with the reach `own`. */
  own: boolean
  csv?: boolean
  count?: boolean
  plant(accountId: string, place: Place): Promise<string>
}

const sellerOf = (place: Place) => (place === 'foreign' ? OTHER : demoIds.seller)
const programOf = (place: Place) => (place === 'foreign' ? theirs : ours)

async function insert(table: string, row: Record<string, unknown>): Promise<string> {
  const id = randomUUID()
  await hub.hub.db(table).insert({ id, ...row })
  return id
}

async function send(authorization: string, as: string | null, method: string, path: string, body?: unknown) {
  const res = await fetch(`${hub.url}${path}`, {
    method: method.toUpperCase(),
    headers: {
      authorization,
      ...(as ? { 'hub-membership': as } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await res.text()
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON the hub answers
  let json: any
  try {
    json = JSON.parse(text)
  } catch {}
  return { status: res.status, text, json }
}

const at = '2026-03-01T10:00:00Z'

const things: Record<string, Thing> = {
  order: {
    list: '/api/v1/orders',
    permission: 'order.view',
    own: true,
    csv: true,
    count: true,
    plant: (accountId, place) =>
      insert('orders', {
        ...{ seller_id: sellerOf(place), account_id: accountId, channel: 'web', state: 'accepted', currency: 'EUR' },
        ...{ net_amount: 10, total_amount: 10, ordered_at: at, created_at: at, updated_at: at },
      }),
  },
  shipment: {
    list: '/api/v1/shipments',
    permission: 'shipment.view',
    own: false,
    csv: true,
    count: true,
    plant: (accountId, place) =>
      insert('shipments', {
        ...{
          seller_id: sellerOf(place),
          account_id: accountId,
          connection_id: connectionOf(place),
          erp_id: randomUUID(),
        },
        ...{ customer_number: '1', state: 'shipped', tracking_numbers: [], parcels: '[]' },
        ...{ erp_changed_at: at, created_at: at, updated_at: at },
      }),
  },
  invoice: {
    list: '/api/v1/invoices',
    permission: 'invoice.view',
    own: false,
    csv: true,
    count: true,
    plant: (accountId, place) =>
      insert('invoices', {
        ...{
          seller_id: sellerOf(place),
          account_id: accountId,
          connection_id: connectionOf(place),
          erp_id: randomUUID(),
        },
        ...{ number: randomUUID(), kind: 'invoice', state: 'open', customer_number: '1', invoice_date: '2026-03-01' },
        ...{ currency: 'EUR', net_amount: 10, tax_amount: 0, total_amount: 10, taxes: '[]' },
        ...{ erp_changed_at: at, created_at: at, updated_at: at },
      }),
  },
  account: {
    list: '/api/v1/accounts',
    permission: 'account.view',
    own: false,
    plant: async (accountId) => accountId,
  },
  person: {
    list: '/api/v1/people',
    permission: 'user.view',
    own: false,
    plant: (accountId, place) =>
      place === 'foreign' ? foreignMember(accountId) : member(hub, accountId, randomUUID(), 'viewer'),
  },
  'cost centre': {
    list: '/api/v1/cost-centres',
    permission: 'costcentre.view',
    own: false,
    plant: (accountId, place) => create(place, '/api/v1/cost-centres', { accountId, code: 'CC', name: 'CC' }),
  },
  project: {
    list: '/api/v1/projects',
    permission: 'project.view',
    own: false,
    plant: (accountId, place) => create(place, '/api/v1/projects', { accountId, code: 'P', name: 'P' }),
  },
  budget: {
    list: '/api/v1/budgets',
    permission: 'budget.view',
    own: false,
    csv: true,
    plant: (accountId, place) => create(place, '/api/v1/budgets', { accountId, kind: 'account' }),
  },
  'ship-to': {
    list: '/api/v1/ship-tos',
    permission: 'address.view',
    own: false,
    plant: (accountId, place) => create(place, '/api/v1/ship-tos', { accountId, code: 'S' }),
  },
  policy: {
    list: '/api/v1/policies',
    permission: 'policy.view',
    own: false,
    plant: (accountId, place) => create(place, '/api/v1/policies', { accountId }),
  },
  requisition: {
    list: '/api/v1/requisitions',
    permission: 'order.view',
    own: true,
    csv: true,
    plant: async (accountId, place) =>
      insert('requisitions', {
        ...(await purchaseOf(accountId, place)),
        state: 'draft',
        ...worth,
        content_hash: Buffer.alloc(32),
      }),
  },
  cart: {
    list: '/api/v1/carts',
    permission: 'cart.view',
    own: true,
    plant: async (accountId, place) => {
      const { number, ...purchase } = await purchaseOf(accountId, place)
      return insert('carts', { ...purchase, state: 'saved', name: number, shared: false })
    },
  },
  quote: {
    list: '/api/v1/quotes',
    permission: 'quote.view',
    own: true,
    plant: async (accountId, place) =>
      insert('quotes', {
        ...(await purchaseOf(accountId, place)),
        state: 'requested',
        expires_at: '2099-01-01T00:00:00Z',
      }),
  },
  return: {
    list: '/api/v1/returns',
    permission: 'order.view',
    own: true,
    plant: async (accountId, place) => {
      const { currency: _, lines: _l, ...purchase } = await purchaseOf(accountId, place)
      const order_id = await things.order?.plant(accountId, place)
      return insert('returns', { ...purchase, state: 'requested', order_id, reason: 'broken' })
    },
  },
}

const worth = { net_amount: 10, tax_amount: 0, total_amount: 10 }

/** What rows of people's purchases have in common; a new member of the account made it. */
async function purchaseOf(accountId: string, place: Place) {
  const membership_id = await things.person?.plant(accountId, place)
  const { person_id } = await hub.hub.db('memberships').where({ id: membership_id }).first('person_id')
  return {
    ...{ seller_id: sellerOf(place), account_id: accountId, membership_id, person_id, number: randomUUID() },
    ...{ currency: 'EUR', lines: '[]', created_at: at, updated_at: at },
  }
}

const connections = {} as Record<'ours' | 'theirs', string>
const connectionOf = (place: Place) => (place === 'foreign' ? connections.theirs : connections.ours)

/** Adds one over the API, as the seller's program; what `given` leaves out is sampled. */
async function create(place: Place, path: string, given: Record<string, unknown>): Promise<string> {
  const route = routes.find((r) => r.method === 'post' && r.path === path)
  if (!route?.api?.body) throw new Error(`no such route: ${path}`)
  const sampled = sampleBody(route.api.body, String(given.accountId)) as object
  const answer = await send(programOf(place), null, 'POST', path, { ...sampled, ...given })
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
  return answer.json.id
}

async function foreignMember(accountId: string): Promise<string> {
  const person = { seller_id: OTHER, email: `${randomUUID()}@example.com`, name: 'Stranger', created_at: at }
  const personId = await insert('people', person)
  return insert('memberships', { account_id: accountId, person_id: personId, role: 'buyer-admin', created_at: at })
}

/** A member of `here` with these rights only. */
async function holder(rights: readonly string[]): Promise<string> {
  const id = await member(hub, accounts.here, randomUUID(), null)
  const role = { seller_id: demoIds.seller, name: randomUUID(), permissions: rights, created_at: at, updated_at: at }
  const roleId = await insert('roles', role)
  const grant = { membership_id: id, role_id: roleId, account_id: accounts.here, valid_from: at, created_at: at }
  await insert('grants', grant)
  return id
}

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  const { db } = hub.hub
  accounts.above = await account(hub, 'Above', null, 'holding')
  accounts.here = await account(hub, 'Here', accounts.above)
  accounts.department = await account(hub, 'Department', accounts.here, 'department')
  accounts.below = await account(hub, 'Below', accounts.here)
  accounts.sister = await account(hub, 'Sister', accounts.above)
  accounts.elsewhere = await account(hub, 'Elsewhere')
  await db('sellers').insert({ id: OTHER, name: 'Other seller', created_at: at })
  const client = { id: randomUUID(), sellerId: OTHER, storefrontId: null, clientId: 'other-admin', demo: false }
  await insertClient(db, { ...client, scopes: [...scopeNames] }, 'other-secret', stampOf(hub.hub).at)
  accounts.foreign = await insert('accounts', { seller_id: OTHER, kind: 'company', name: 'Foreign', created_at: at })
  const connection = await db('erp_connections').where({ id: demoIds.erpConnection }).first()
  connections.ours = demoIds.erpConnection
  connections.theirs = randomUUID()
  const settings = JSON.stringify(connection.settings)
  await db('erp_connections').insert({ ...connection, settings, id: connections.theirs, seller_id: OTHER })
}, 120_000)
afterAll(() => hub.close())

const forPeople = routes.filter((r): r is Route & { may: Permission } => r.may !== undefined && r.may !== 'signed-in')
const nameOf = (r: Route) => `${r.method.toUpperCase()} ${r.path}`
const filled = (path: string, id: string) => path.replace(/:\w*[iI]d\b/g, id).replace(/:\w+/g, '1')

/** What a schema can't say, for bodies that would be refused before the id is looked at. */
const furtherFields: Record<string, object> = {
  'POST /api/v1/people/:id/grants': { role: 'viewer' },
}

/** Routes among `chosen` that answer anything but 404 to an id of another tenant, as the seller's program and as a customer's admin. */
async function knowing(chosen: readonly Route[], id: string): Promise<string[]> {
  const admin = await holder(permissionNames.map((p) => `${p}@subtree`))
  const wrong: string[] = []
  for (const route of chosen.filter((r) => r.who !== 'anyone')) {
    const sampled = route.api?.body && (sampleBody(route.api.body, id) as object)
    const body = sampled && { ...sampled, ...furtherFields[nameOf(route)] }
    for (const who of route.may ? [null, admin] : [null]) {
      if (route.who === 'person' && who === null) continue
      const { status, text } = await send(ours, who, route.method, filled(route.path, id), body)
      // What only the seller's people may do is refused to a customer's before any id is looked at.
      if (status === 404 || (who && status === 403 && /seller/.test(text))) continue
      wrong.push(`${nameOf(route)} as ${who ? 'a person' : 'a program'}: ${status} ${text.slice(0, 200)}`)
    }
  }
  return wrong
}

describe('without its permission', () => {
  it('no route answers a person who has every other one', async () => {
    const wrong: string[] = []
    for (const permission of new Set(forPeople.map((r) => r.may))) {
      const rights = permissionNames.filter((p) => p !== permission).map((p) => `${p}@subtree`)
      const who = await holder(rights)
      for (const route of forPeople.filter((r) => r.may === permission)) {
        const { status, json } = await send(
          ours,
          who,
          route.method,
          filled(route.path, randomUUID()),
          route.api?.body && {},
        )
        if (status !== 403 || !json.error.message.includes(permission)) wrong.push(`${nameOf(route)}: ${status}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('a person finds no route that is for programs', async () => {
    const who = await holder(permissionNames.map((p) => `${p}@subtree`))
    const closed = routes.filter((r) => r.who !== 'anyone' && r.may === undefined)
    const answers = await Promise.all(
      closed.map(async (r) => [
        nameOf(r),
        (await send(ours, who, r.method, filled(r.path, randomUUID()), r.api?.body && {})).status,
      ]),
    )
    expect(answers.filter(([, status]) => status !== 403)).toEqual([])
  })
})

describe.each(Object.entries(things))('%s', (_name, thing) => {
  const ids = {} as Record<Place, string>

  beforeAll(async () => {
    for (const place of places) ids[place] = await thing.plant(accounts[place], place)
  })

  const placesOf = (found: string[]) => places.filter((place) => found.includes(ids[place]))

  it.each(Object.entries(visible))(
    'with the reach %s is in lists, counts, exports and single reads alike',
    async (reach, expected) => {
      const who = await holder([`${thing.permission}@${reach}`])
      const list = await send(ours, who, 'GET', `${thing.list}?limit=200${thing.count ? '&count=true' : ''}`)
      if (expected.length === 0) return expect(list.status).toBe(403)
      expect(list.status).toBe(200)
      const found = list.json.items.map((item: { id: string }) => item.id)
      expect(placesOf(found)).toEqual(expected)
      if (thing.count) expect(list.json.count.value).toBe(found.length)
      if (thing.csv) {
        const csv = await send(ours, who, 'GET', `${thing.list}.csv`)
        expect(places.filter((place) => csv.text.includes(ids[place]))).toEqual(expected)
      }
      const read = routes.some((r) => r.method === 'get' && r.path === `${thing.list}/:id`)
      for (const place of read ? places : []) {
        const { status } = await send(ours, who, 'GET', `${thing.list}/${ids[place]}`)
        expect([place, status]).toEqual([place, expected.includes(place) ? 200 : 404])
      }
    },
  )

  it('of another tenant is seen by nobody', async () => {
    const all = await send(ours, null, 'GET', `${thing.list}?limit=200`)
    expect(all.json.items.map((item: { id: string }) => item.id)).not.toContain(ids.foreign)
    const ofTheirs = await send(ours, null, 'GET', `${thing.list}?limit=200&accountId=${accounts.foreign}`)
    expect(ofTheirs.json.items ?? []).toEqual([])
    // A list without such a filter refuses it.
    expect(ofTheirs.status).toBe(ofTheirs.json.items ? 200 : 400)
    const own = await send(theirs, null, 'GET', `${thing.list}?limit=200`)
    expect(placesOf(own.json.items.map((item: { id: string }) => item.id))).toEqual(['foreign'])
  })

  it('of another tenant answers 404 on every route that takes its id', async () => {
    expect(
      await knowing(
        routes.filter((r) => r.path.startsWith(`${thing.list}/:id`)),
        ids.foreign,
      ),
    ).toEqual([])
  })
})

describe('the reach own', () => {
  it('is what the person ordered there, and nobody else’s', async () => {
    const who = await holder(['order.view@own', 'shipment.view@own', 'invoice.view@own'])
    const { person_id } = await hub.hub.db('memberships').where({ id: who }).first('person_id')
    const mine = await things.order?.plant(accounts.here, 'here')
    const abroad = await things.order?.plant(accounts.sister, 'sister')
    const other = await things.order?.plant(accounts.here, 'here')
    await hub.hub
      .db('orders')
      .whereIn('id', [mine, abroad] as string[])
      .update({ person_id })
    const list = await send(ours, who, 'GET', '/api/v1/orders')
    expect(list.json.items.map((o: { id: string }) => o.id)).toEqual([mine])
    expect((await send(ours, who, 'GET', `/api/v1/orders/${mine}`)).status).toBe(200)
    for (const id of [abroad, other]) expect((await send(ours, who, 'GET', `/api/v1/orders/${id}`)).status).toBe(404)
    expect((await send(ours, who, 'GET', '/api/v1/shipments')).json.items).toEqual([])
    expect((await send(ours, who, 'GET', '/api/v1/invoices')).json.items).toEqual([])
  })
})

describe('search and webhooks', () => {
  it('find and tell what the lists have, and no more', async () => {
    const planted = {} as Record<Place, string>
    for (const place of places) planted[place] = (await things.order?.plant(accounts[place], place)) ?? ''
    const { db } = hub.hub
    const ids = Object.values(planted)
    await db('orders').whereIn('id', ids).update({ po_number: 'MATRIX-42', state: 'received' })
    await refreshSearch(db, ids)
    const found = async (authorization: string, who: string | null) => {
      const { json } = await send(authorization, who, 'GET', '/api/v1/orders?q=matrix&limit=200')
      const theseIds = json.items.map((o: { id: string }) => o.id)
      return places.filter((place) => theseIds.includes(planted[place]))
    }
    for (const [reach, expected] of Object.entries(visible))
      if (expected.length > 0) expect(await found(ours, await holder([`order.view@${reach}`]))).toEqual(expected)
    expect(await found(ours, null)).toEqual(places.filter((p) => p !== 'foreign'))
    expect(await found(theirs, null)).toEqual(['foreign'])

    const endpoint = { url: 'https://shop.example/hook', events: ['order.cancelled'] }
    const ear = (await send(ours, null, 'POST', '/api/v1/webhooks', endpoint)).json.id
    const theirEar = (await send(theirs, null, 'POST', '/api/v1/webhooks', endpoint)).json.id
    const cancel = { reason: 'not wanted' }
    expect((await send(ours, null, 'POST', `/api/v1/orders/${planted.here}/cancel`, cancel)).status).toBe(200)
    const told = async (authorization: string, id: string) =>
      (await send(authorization, null, 'GET', `/api/v1/webhooks/${id}/events`)).json.items.length
    expect([await told(ours, ear), await told(theirs, theirEar)]).toEqual([1, 0])
  })
})

describe('ids of another tenant', () => {
  it('are unknown on every route, whatever the id is of', async () => {
    expect(
      await knowing(
        routes.filter((r) => /:\w*[iI]d\b/.test(r.path)),
        accounts.foreign,
      ),
    ).toEqual([])
  })

  it('are not taken in bodies either', async () => {
    const admin = await holder(permissionNames.map((p) => `${p}@subtree`))
    const foreign = await foreignMember(accounts.foreign)
    const wrong: string[] = []
    for (const route of routes.filter((r) => r.method === 'post' && r.may && !r.path.includes(':') && r.api?.body)) {
      const body = sampleBody(route.api?.body ?? (undefined as never), accounts.foreign)
      if (!JSON.stringify(body).includes(accounts.foreign)) continue
      const asMember = JSON.parse(JSON.stringify(body).replaceAll(accounts.foreign, foreign))
      for (const who of route.who === 'person' ? [admin] : [null, admin])
        for (const sent of [body, asMember]) {
          const { status, text } = await send(ours, who, route.method, route.path, sent)
          if (status < 400 || status >= 500 || text.includes('Foreign'))
            wrong.push(`${nameOf(route)}: ${status} ${text.slice(0, 200)}`)
        }
    }
    expect(wrong).toEqual([])
  })
})
