// A procurement system's user lands in the company's model: what they may not there, they may not from outside.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addCode, changeCode } from '../../src/accounts/code-lists.ts'
import { checkRestrictions, findLimits, findViolations, type Wanted } from '../../src/accounts/restrictions.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { api, postCxml, punchIn, setupRequest, storeAuthorization } from '../support/buyer.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { orderRequest } from '../support/purchase-order.ts'
import { call } from './company.ts'

let hub: TestHub
let membershipId: string
const email = 'jane@almere.example'

const limit = (change: object) => hub.hub.db('memberships').where({ id: membershipId }).update(change)
const line = {
  ...{ quantity: '1', supplierPartId: 'A4-80', description: 'Paper', unitOfMeasure: 'EA' },
  ...{ unitPrice: { amount: '5.00', currency: 'EUR' }, classifications: [{ domain: 'UNSPSC', code: '14111507' }] },
}
const shop = async (shipTo?: object) => {
  const { session } = await punchIn(hub.url, { email })
  return api(
    hub.url,
    'POST',
    `/api/v1/punchout/sessions/${session.id}/cart`,
    { lines: [line], shipTo },
    storeAuthorization,
  )
}
const wanted: Wanted = {
  ...{ costCentres: ['FAC-1'], projects: [], shipTo: 'HQ', catalogues: [], productGroups: [], amount: null },
}

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
  await punchIn(hub.url, { email })
  const row = await hub.hub
    .db('memberships as m')
    .join('people as p', 'p.id', 'm.person_id')
    .where({ 'p.email': email })
    .first('m.id')
  membershipId = row.id
})
afterAll(() => hub.close())

describe('restrictions where they are enforced', () => {
  it('edge case 12: a cart to a forbidden ship-to or of a forbidden catalogue is not taken back', async () => {
    const hq = { addressId: 'HQ', name: 'Head office' }
    expect((await shop(hq)).status).toBe(200)
    await limit({ ship_tos: ['DEPOT'] })
    const refused = await shop(hq)
    expect(refused.status).toBe(422)
    expect(refused.body.error).toMatchObject({
      code: 'restricted',
      details: { violations: [{ kind: 'ship-to', code: 'HQ' }] },
    })
    await limit({ ship_tos: null, catalogues: ['furniture'] })
    expect((await shop(hq)).body.error.details.violations).toMatchObject([{ kind: 'catalogue', code: '14111507' }])
    await limit({ catalogues: null })
    expect((await shop(hq)).status).toBe(200)
  })

  it('edge case 12: what was tightened after approval counts, and so does a list that was closed', async () => {
    const { db } = hub.hub
    const who = { accountId: demoIds.account, membershipId }
    expect(await findViolations(db, who, wanted)).toEqual([])
    await limit({ cost_centres: ['FAC-2'] })
    expect(await findViolations(db, who, wanted)).toMatchObject([{ kind: 'cost-centre', code: 'FAC-1' }])
    await limit({ cost_centres: null })
    const place = { sellerId: demoIds.seller, accountId: demoIds.account }
    const id = await addCode(db, 'cost_centres', place, { code: 'FAC-1', name: 'Facilities' }, stampOf(hub.hub))
    expect(await findViolations(db, who, wanted)).toEqual([])
    await changeCode(db, 'cost_centres', id, { status: 'closed' }, stampOf(hub.hub))
    expect(await findViolations(db, who, wanted)).toMatchObject([{ message: 'The cost centre FAC-1 is closed.' }])
    const limits = await findLimits(db, who, { ...wanted, costCentres: ['FAC-9'] })
    expect(limits && checkRestrictions(limits, { ...wanted, costCentres: ['FAC-9'] })[0]?.message).toMatch(/not known/)
    await db('cost_centres').delete()
  })

  it('edge case 12: an inbound purchase order for what its person may not order is held, and says why', async () => {
    await limit({ catalogues: ['furniture'], order_limit: '1', order_limit_currency: 'EUR' })
    const lines = [{ quantity: '1', supplierPartId: 'A4-80', unitPrice: '5.00', unit: 'EA', description: 'Paper' }]
    const inside = `<Classification domain="UNSPSC">14111507</Classification>`
    await postCxml(
      hub.url,
      orderRequest({ orderID: 'PO-R1', email, lines }).replace('</ItemDetail>', `${inside}</ItemDetail>`),
    )
    const { items } = (await call(hub, null, 'GET', '/api/v1/orders?poNumber=PO-R1')).body
    expect(items[0].state).toBe('held')
    const held = items[0].holds.find((h: { reason: string }) => h.reason === 'restricted')
    expect(held.message).toMatch(/may order from/)
    expect(held.message).toMatch(/over the 1 EUR/)
    await limit({ catalogues: null, order_limit: null, order_limit_currency: null })
  })

  it('edge case 12: an inbound purchase order to a forbidden ship-to is held, of a line as of the whole', async () => {
    const lines = [{ quantity: '1', supplierPartId: 'A4-80', unitPrice: '5.00', unit: 'EA', description: 'Paper' }]
    const heldFor = async (orderID: string) => {
      await postCxml(hub.url, orderRequest({ orderID, email, lines }))
      const [order] = (await call(hub, null, 'GET', `/api/v1/orders?poNumber=${orderID}`)).body.items
      return order.holds.filter((h: { reason: string }) => h.reason === 'restricted')
    }
    await limit({ ship_tos: ['100042-1'] })
    expect(await heldFor('PO-S1')).toEqual([])
    await limit({ ship_tos: ['DEPOT'] })
    const [hold, ...more] = await heldFor('PO-S2')
    expect(hold.message).toMatch(/100042-1 is not one this person may order for/)
    expect(more).toEqual([])
    await limit({ ship_tos: null })
  })

  it('never makes an administrator of a default or fixed user: no role of theirs, no grant, no custom role', async () => {
    const partner = (await call(hub, null, 'GET', '/api/v1/partners')).body.items.find(
      (p: { protocol: string }) => p.protocol === 'cxml',
    )
    const { person_id: personId } = await hub.hub.db('memberships').where({ id: membershipId }).first('person_id')
    const assign = { accountId: demoIds.account, firstSight: 'refuse', role: 'buyer', personId }
    const fixed = { rules: [{ name: 'Fixed', assign }], unmatched: { kind: 'reject' } }
    const usual = { rules: [], unmatched: { kind: 'default-user', accountId: demoIds.account, personId } }
    const before = (await hub.hub.db('partners').where({ id: partner.id }).first('mapping')).mapping
    const document = setupRequest({ email: 'stranger@almere.example' })
    const dryRun = async (mapping: object) => {
      await hub.hub
        .db('partners')
        .where({ id: partner.id })
        .update({ mapping: JSON.stringify(mapping) })
      return (await call(hub, null, 'POST', `/api/v1/partners/${partner.id}/dry-run`, { document })).body.checks.user
    }
    const grant = (body: object) =>
      call(hub, null, 'POST', `/api/v1/people/${membershipId}/grants`, { accountId: demoIds.account, ...body })
    for (const mapping of [fixed, usual]) {
      expect((await dryRun(mapping)).ok).toBe(true)
      for (const right of ['user.edit', 'role.assign', 'policy.edit', 'account.addChild']) {
        const role = {
          accountId: demoIds.account,
          name: `${right} ${mapping.rules.length}`,
          permissions: [`${right}@own`],
        }
        const { id: roleId } = (await call(hub, null, 'POST', '/api/v1/roles', role)).body
        // Even one that begins some day.
        const granted = await grant({ roleId, validFrom: '2099-01-01T00:00:00Z' })
        expect([roleId, granted.body]).toMatchObject([roleId, { roleId }])
        const { id } = granted.body
        expect([right, (await dryRun(mapping)).message]).toEqual([right, expect.stringMatching(/nobody becomes one/)])
        await call(hub, null, 'DELETE', `/api/v1/people/${membershipId}/grants/${id}`)
      }
      const { id } = (await grant({ role: 'buyer-admin' })).body
      expect((await dryRun(mapping)).message).toMatch(/nobody becomes one/)
      await call(hub, null, 'DELETE', `/api/v1/people/${membershipId}/grants/${id}`)
      await limit({ role: 'purchase-manager' })
      expect((await dryRun(mapping)).message).toMatch(/nobody becomes one/)
      await limit({ role: 'buyer' })
    }
    await hub.hub
      .db('partners')
      .where({ id: partner.id })
      .update({ mapping: JSON.stringify(before) })
  })

  it('refuses a person whose role does not let them punch out, and the dry run says so', async () => {
    const partner = (await call(hub, null, 'GET', '/api/v1/partners')).body.items.find(
      (p: { protocol: string }) => p.protocol === 'cxml',
    )
    const dryRun = async () =>
      (await call(hub, null, 'POST', `/api/v1/partners/${partner.id}/dry-run`, { document: setupRequest({ email }) }))
        .body
    await limit({ projects: ['P-1'], order_limit: '250', order_limit_currency: 'EUR' })
    expect((await dryRun()).user.limits).toMatchObject({ projects: ['P-1'], costCentres: null, orderLimit: '250' })
    await limit({ role: 'viewer' })
    expect((await dryRun()).checks.user.message).toMatch(/punchout\.use is missing/)
    await limit({ role: 'buyer' })
    expect((await dryRun()).user.role).toBe('buyer')
  })
})
