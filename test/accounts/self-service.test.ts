// Customers see to their own people, roles, lists and limits; nobody gives what they lack, and a company keeps its administrator.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { type Answer, account, call, member } from './company.ts'

let hub: TestHub
let holding: string
let north: string
let south: string
let admin: string
let northAdmin: string
let manager: string

const as = (who: string | null, method: string, path: string, body?: unknown): Promise<Answer> =>
  call(hub, who, method, path, body)
const versionOf = async (id: string) => (await as(null, 'GET', `/api/v1/people/${id}`)).body.version
const change = async (who: string, id: string, body: object) =>
  as(who, 'PATCH', `/api/v1/people/${id}`, { version: await versionOf(id), ...body })

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  holding = await account(hub, 'Holding', null, 'holding')
  north = await account(hub, 'North', holding)
  south = await account(hub, 'South', holding)
  admin = await member(hub, holding, 'admin', 'buyer-admin')
  northAdmin = await member(hub, north, 'north', 'buyer-admin')
  manager = await member(hub, north, 'manager', 'purchase-manager')
})
afterAll(() => hub.close())

describe('people', () => {
  it('are invited, changed, suspended, let in again and removed by the customer’s administrator, who sees no other company', async () => {
    const invited = await as(northAdmin, 'POST', '/api/v1/people', {
      ...{ accountId: north, email: 'new@example.com', name: 'New', role: 'buyer', jobTitle: 'Clerk' },
      ...{ costCentres: ['FAC-1'], orderLimit: '500', orderLimitCurrency: 'EUR' },
    })
    expect(invited.body).toMatchObject({ status: 'invited', role: 'buyer', jobTitle: 'Clerk', costCentres: ['FAC-1'] })
    const { id, version } = invited.body
    const patch = { version, projects: [], shipTos: ['HQ'], catalogues: null }
    expect((await as(northAdmin, 'PATCH', `/api/v1/people/${id}`, patch)).body).toMatchObject({
      projects: [],
      shipTos: ['HQ'],
    })
    expect((await as(northAdmin, 'PATCH', `/api/v1/people/${id}`, patch)).status).toBe(409)
    expect((await as(northAdmin, 'POST', `/api/v1/people/${id}/suspend`)).body.status).toBe('suspended')
    expect((await as(id, 'GET', '/api/v1/people')).status).toBe(404)
    // The invitation was never taken: they are not let in by the way.
    expect((await as(northAdmin, 'POST', `/api/v1/people/${id}/reactivate`)).body.status).toBe('invited')
    await hub.hub.db('memberships').where({ id }).update({ status: 'active' })
    expect((await as(northAdmin, 'POST', `/api/v1/people/${id}/suspend`)).body.status).toBe('suspended')
    expect((await as(northAdmin, 'POST', `/api/v1/people/${id}/reactivate`)).body.status).toBe('active')
    expect((await as(northAdmin, 'POST', `/api/v1/people/${id}/remove`)).body.status).toBe('removed')

    const southern = await member(hub, south, 'southern', 'buyer')
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/suspend'],
      ['POST', '/remove'],
    ] as const)
      expect((await as(northAdmin, method, `/api/v1/people/${southern}${path}`)).status).toBe(404)
    const seen = (await as(northAdmin, 'GET', '/api/v1/people')).body.items
    expect(new Set(seen.map((p: { accountId: string }) => p.accountId))).toEqual(new Set([north]))
    expect((await as(admin, 'GET', `/api/v1/people/${southern}`)).status).toBe(200)
  })

  it('get nothing that the giver lacks: no permission, no wider reach, nothing beyond their own anchor', async () => {
    const clerk = await member(hub, north, 'clerk', 'viewer')
    const made = await as(northAdmin, 'POST', '/api/v1/roles', {
      accountId: north,
      name: 'Role giver',
      permissions: ['role.assign@company', 'user.view@company', 'user.edit@company', 'order.view@company'],
    })
    expect((await as(null, 'GET', '/api/v1/roles')).body.items).toMatchObject([{ id: made.body.id, accountId: north }])
    const grant = (who: string, to: string, body: object) => as(who, 'POST', `/api/v1/people/${to}/grants`, body)
    expect((await grant(northAdmin, clerk, { roleId: made.body.id, accountId: north })).status).toBe(201)
    const other = await member(hub, north, 'other', null)
    expect((await grant(clerk, other, { role: 'buyer', accountId: north })).body.error.message).toMatch(/can’t give/)
    expect((await grant(clerk, other, { role: 'buyer-admin', accountId: north })).status).toBe(403)
    expect((await grant(clerk, other, { roleId: made.body.id, accountId: north })).status).toBe(201)
    expect((await grant(northAdmin, other, { role: 'viewer', accountId: south })).status).toBe(404)
    expect((await change(clerk, other, { role: 'buyer-admin' })).status).toBe(403)
    expect((await change(clerk, northAdmin, { role: null })).status).toBe(403)
    const dated = {
      role: 'viewer',
      accountId: north,
      validFrom: '2020-01-01T00:00:00Z',
      validTo: '2020-02-01T00:00:00Z',
    }
    expect((await grant(northAdmin, other, dated)).status).toBe(201)
    for (const right of ['agent.act@portfolio', 'order.view@seller', 'mapping.edit@company', 'order.view'])
      expect(
        (await as(admin, 'POST', '/api/v1/roles', { accountId: holding, name: right, permissions: [right] })).status,
      ).toBe(400)
  })

  it('edge case 13: whoever may edit roles does not raise themselves by editing one they have', async () => {
    const editor = await member(hub, north, 'editor', null)
    const role = {
      accountId: north,
      name: 'Editor',
      permissions: ['role.edit@company', 'role.view@company', 'account.view@company'],
    }
    const { id } = (await as(northAdmin, 'POST', '/api/v1/roles', role)).body
    await as(northAdmin, 'POST', `/api/v1/people/${editor}/grants`, { roleId: id, accountId: north })
    const edit = (version: number, permissions: string[]) =>
      as(editor, 'PATCH', `/api/v1/roles/${id}`, { version, permissions })
    expect((await edit(1, [...role.permissions, 'budget.exceed@company'])).status).toBe(403)
    expect((await edit(1, ['role.edit@subtree', 'role.view@company'])).status).toBe(403)
    // What is edited here holds for who has it elsewhere: there the editor has nothing to give.
    await as(admin, 'PATCH', `/api/v1/roles/${id}`, { version: 1, description: 'edits roles' })
    expect((await edit(1, role.permissions)).status).toBe(409)
    expect((await edit(2, role.permissions)).body.version).toBe(3)
  })

  it('edge case 13: the last administrator is not removed, suspended or made something else, and two do not remove each other', async () => {
    const alone = await account(hub, 'Alone')
    const first = await member(hub, alone, 'first', 'buyer-admin')
    for (const path of ['suspend', 'remove'])
      expect((await as(first, 'POST', `/api/v1/people/${first}/${path}`)).body.error.message).toMatch(
        /last administrator/,
      )
    expect((await change(first, first, { role: 'viewer' })).status).toBe(409)
    const second = await member(hub, alone, 'second', 'buyer-admin')
    const both = await Promise.all([
      as(first, 'POST', `/api/v1/people/${second}/remove`),
      as(second, 'POST', `/api/v1/people/${first}/remove`),
    ])
    expect(both.filter((answer) => answer.status === 200)).toHaveLength(1)
    const left = await as(null, 'GET', `/api/v1/people?accountId=${alone}&status=active&role=buyer-admin`)
    expect(left.body.items).toHaveLength(1)
    // Where the holding's administrator reaches, the company is not without one.
    expect((await as(admin, 'POST', `/api/v1/people/${northAdmin}/remove`)).status).toBe(200)
  })

  it('edge case 13: let nobody order for more than they may themselves, least of all themselves', async () => {
    const limits = { costCentres: ['FAC-1', 'FAC-2'], catalogues: [], orderLimit: '500', orderLimitCurrency: 'EUR' }
    const desk = await member(hub, north, 'desk', null)
    const permissions = ['user.edit@company', 'user.view@company', 'user.invite@company', 'account.view@company']
    const role = await as(admin, 'POST', '/api/v1/roles', { accountId: north, name: 'Desk', permissions })
    await as(admin, 'POST', `/api/v1/people/${desk}/grants`, { roleId: role.body.id, accountId: north })
    expect((await change(admin, desk, limits)).status).toBe(200)
    const clerk = await member(hub, north, 'limited-clerk', 'buyer')
    const narrow = { costCentres: ['FAC-1'], orderLimit: '100', orderLimitCurrency: 'EUR', catalogues: [] }
    expect((await change(admin, clerk, { ...narrow, projects: ['P-9'] })).status).toBe(200)
    for (const who of [clerk, desk])
      for (const wider of [
        { orderLimit: null, orderLimitCurrency: null },
        { orderLimit: '500.01' },
        { orderLimitCurrency: 'JPY' },
        { costCentres: null },
        { costCentres: ['FAC-1', 'FAC-3'] },
        { catalogues: ['paper'] },
      ])
        expect([wider, (await change(desk, who, wider)).status]).toEqual([wider, 403])
    expect((await change(desk, clerk, { orderLimit: '500', costCentres: ['FAC-2'], projects: [] })).body).toMatchObject(
      { orderLimit: '500', costCentres: ['FAC-2'], projects: [] },
    )
    // What somebody has beyond one's own may stay or become less.
    const rich = await member(hub, north, 'rich', 'buyer')
    expect((await change(desk, rich, { orderLimit: '9000', orderLimitCurrency: 'EUR' })).status).toBe(200)
    expect((await change(desk, rich, { orderLimit: '9000.01' })).status).toBe(403)
    expect((await change(desk, desk, { managerId: rich })).status).toBe(403)
    // A newcomer has no more than who invites them.
    const invite = (more: object) =>
      as(desk, 'POST', '/api/v1/people', { accountId: north, email: 'newcomer@example.com', name: 'N', ...more })
    expect((await invite({ orderLimit: null, orderLimitCurrency: null })).status).toBe(403)
    expect((await invite({ jobTitle: 'Clerk' })).body).toMatchObject({ ...limits, projects: null, jobTitle: 'Clerk' })
  })

  it('are listed as CSV by the same filter', async () => {
    const { body, headers } = await as(manager, 'GET', '/api/v1/people.csv?status=active&text=limited')
    expect(headers.get('content-type')).toMatch(/text\/csv/)
    const [head, row, ...more] = body.trim().split('\r\n')
    expect(head).toMatch(/^\W?Id,Account,Email,Name,Status,Role/)
    expect(row).toMatch(/limited-clerk@example.com,limited-clerk,active,buyer/)
    expect(more).toEqual([])
    const names = (await as(manager, 'GET', '/api/v1/people.csv')).body
    expect(names).not.toMatch(/southern/)
  })
})

describe('cost centres, projects and ship-tos', () => {
  it('are of an account, usable below it, and nobody else’s', async () => {
    const body = { accountId: holding, code: 'FAC-1', name: 'Facilities' }
    const added = await as(admin, 'POST', '/api/v1/cost-centres', body)
    expect(added.status).toBe(201)
    expect((await as(admin, 'POST', '/api/v1/cost-centres', body)).status).toBe(409)
    const usable = await as(manager, 'GET', `/api/v1/accounts/${north}/usable-cost-centres`)
    expect(usable.body.items).toMatchObject([{ code: 'FAC-1', accountId: holding }])
    expect((await as(manager, 'PATCH', `/api/v1/cost-centres/${added.body.id}`, { status: 'closed' })).status).toBe(404)
    expect((await as(admin, 'PATCH', `/api/v1/cost-centres/${added.body.id}`, { status: 'closed' })).body.status).toBe(
      'closed',
    )
    const project = { accountId: north, code: 'P-1', name: 'Roof', startsOn: '2026-01-01' }
    expect((await as(manager, 'POST', '/api/v1/projects', project)).status).toBe(201)
    expect((await as(manager, 'POST', '/api/v1/projects', { ...project, accountId: south })).status).toBe(404)
    const shipTo = { accountId: north, code: 'HQ', address: { name: 'North', city: 'Almere', countryCode: 'NL' } }
    expect((await as(manager, 'POST', '/api/v1/ship-tos', shipTo)).status).toBe(201)
    expect((await as(manager, 'GET', '/api/v1/ship-tos')).body.items).toMatchObject([{ code: 'HQ' }])
    expect((await as(manager, 'GET', '/api/v1/projects')).body.items).toMatchObject([
      { code: 'P-1', startsOn: '2026-01-01', endsOn: null },
    ])
  })
})
