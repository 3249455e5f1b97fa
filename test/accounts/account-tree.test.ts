// The account tree: what holds and from where, moves that keep history, groups across trees.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoIds } from '../../src/demo/seed.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { account, call, member } from './company.ts'

let hub: TestHub
const as = (who: string | null, method: string, path: string, body?: unknown) => call(hub, who, method, path, body)

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
})
afterAll(() => hub.close())

async function order(accountId: string): Promise<string> {
  const { db, newId, now } = hub.hub
  const id = newId()
  await db('orders').insert({
    ...{ id, seller_id: demoIds.seller, account_id: accountId, channel: 'web', mode: 'production', state: 'received' },
    ...{ kind: 'regular', po_number: id, ordered_at: now(), currency: 'EUR', net_amount: '1', total_amount: '1' },
    ...{ holds: '[]', details: '{}', created_at: now(), updated_at: now(), content_hash: Buffer.alloc(32) },
  })
  return id
}

describe('the account tree', () => {
  it('says of each property whether it is own, had from above or instead of it, and from which account', async () => {
    const top = await account(hub, 'Top', null, 'holding')
    const company = await account(hub, 'Company', top)
    const branch = await account(hub, 'Branch', company, 'branch')
    const patch = (id: string, version: number, properties: object) =>
      as(null, 'PATCH', `/api/v1/accounts/${id}`, { version, properties })
    await patch(top, 1, { paymentTerms: 'N30', currency: 'EUR', customerNumber: '700001', contract: 'C-1' })
    await patch(company, 1, { paymentTerms: 'N60', timeZone: 'Europe/Paris' })
    const { properties } = (await as(null, 'GET', `/api/v1/accounts/${branch}`)).body
    expect(properties).toEqual({
      paymentTerms: { value: 'N60', from: company, how: 'inherit' },
      currency: { value: 'EUR', from: top, how: 'inherit' },
      customerNumber: { value: '700001', from: top, how: 'inherit' },
      contract: { value: 'C-1', from: top, how: 'inherit' },
      timeZone: { value: 'Europe/Paris', from: company, how: 'inherit' },
    })
    const own = (await as(null, 'GET', `/api/v1/accounts/${company}`)).body.properties
    expect(own).toMatchObject({
      paymentTerms: { how: 'override' },
      timeZone: { how: 'own' },
      currency: { how: 'inherit' },
    })
    const placed = await order(branch)
    await patch(company, 2, { paymentTerms: null })
    expect((await as(null, 'GET', `/api/v1/accounts/${branch}`)).body.properties.paymentTerms.value).toBe('N30')
    const frozen = (await as(null, 'GET', `/api/v1/orders/${placed}/terms`)).body
    expect(frozen.terms.paymentTerms).toEqual({ value: 'N60', from: company })
    expect((await patch(top, 1, { currency: 'USD' })).status).toBe(409)
    // Terms are the seller's to say.
    const admin = await member(hub, top, 'top-admin', 'buyer-admin')
    const change = { version: 2, properties: { paymentTerms: 'N90' } }
    expect((await as(admin, 'PATCH', `/api/v1/accounts/${top}`, change)).status).toBe(403)
  })

  it('edge case 11: an account moves with all below it, old orders keep the old path, and rings are refused', async () => {
    const from = await account(hub, 'From', null, 'holding')
    const to = await account(hub, 'To', null, 'holding')
    const company = await account(hub, 'Moves', from)
    const branch = await account(hub, 'Moves too', company, 'branch')
    const before = await order(branch)
    const move = (id: string, version: number, parentId: string | null) =>
      as(null, 'POST', `/api/v1/accounts/${id}/move`, { version, parentId })
    expect((await move(company, 1, branch)).status).toBe(409)
    expect((await move(company, 1, company)).status).toBe(409)
    expect((await move(company, 1, to)).body).toMatchObject({ parentId: to, path: [to, company], companyId: company })
    const moved = (await as(null, 'GET', `/api/v1/accounts/${branch}`)).body
    expect(moved).toMatchObject({ path: [to, company, branch], companyId: company })
    const after = await order(branch)
    const pathOf = async (id: string) => (await as(null, 'GET', `/api/v1/orders/${id}/terms`)).body.accountPath
    expect(await pathOf(before)).toEqual([from, company, branch])
    expect(await pathOf(after)).toEqual([to, company, branch])
    // Who had the old tree sees what was ordered in it then, and nothing of now.
    const old = await member(hub, from, 'old-admin', 'buyer-admin')
    const seen = (await as(old, 'GET', '/api/v1/orders')).body.items.map((o: { id: string }) => o.id)
    expect(seen).toEqual([before])
  })

  it('edge case 11: two moves that cross make no ring', async () => {
    const one = await account(hub, 'One')
    const two = await account(hub, 'Two')
    const answers = await Promise.all([
      as(null, 'POST', `/api/v1/accounts/${one}/move`, { version: 1, parentId: two }),
      as(null, 'POST', `/api/v1/accounts/${two}/move`, { version: 1, parentId: one }),
    ])
    expect(answers.map((a) => a.status).sort()).toEqual([200, 409])
  })

  it('has groups across trees', async () => {
    const [a, b] = [await account(hub, 'Shop A'), await account(hub, 'Shop B')]
    const { body } = await as(null, 'POST', '/api/v1/account-groups', { name: 'Chain', kind: 'chain' })
    expect((await as(null, 'PUT', `/api/v1/account-groups/${body.id}/accounts`, { accountIds: [a, b] })).status).toBe(
      204,
    )
    const listed = (await as(null, 'GET', `/api/v1/accounts?groupId=${body.id}`)).body.items
    expect(listed.map((x: { id: string }) => x.id).sort()).toEqual([a, b].sort())
    expect((await as(null, 'GET', `/api/v1/accounts/${a}`)).body.groups).toMatchObject([
      { name: 'Chain', kind: 'chain' },
    ])
  })
})
