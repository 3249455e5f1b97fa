// The audit trail: chained in order, verified, and broken where somebody touched it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordAudit } from '../../src/audit/record-audit.ts'
import { sealWholeTrail } from '../../src/audit/seal-trail.ts'
import { verifyTrail } from '../../src/audit/verify-trail.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { account, call, member } from '../accounts/company.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
const seller = demoIds.seller

beforeAll(async () => {
  hub = await startTestHub({ demo: false })
})
afterAll(() => hub.close())

const record = (accountId: string | null, n: number) =>
  recordAudit(
    hub.hub.db,
    Array.from({ length: n }, (_, i) => ({
      ...{ sellerId: seller, accountId, actor: { hub: 'test' }, action: 'thing.done' },
      ...{ subjectKind: 'thing', subjectId: null, detail: { b: i, a: { z: 1, y: [1.5, 'ü'] } } },
    })),
    stampOf(hub.hub),
  )

/** Writes past the trigger, as somebody with the database in their hands. */
async function tamper(sql: string): Promise<void> {
  await hub.hub.db.transaction(async (trx) => {
    await trx.raw('ALTER TABLE audit_events DISABLE TRIGGER audit_events_append_only')
    await trx.raw(sql)
    await trx.raw('ALTER TABLE audit_events ENABLE TRIGGER audit_events_append_only')
  })
}

describe('the audit trail', () => {
  it('is sealed once by many at once, without a gap', async () => {
    await record(null, 1500)
    await Promise.all(Array.from({ length: 4 }, () => sealWholeTrail(hub.hub.db, seller)))
    const verdict = await verifyTrail(hub.hub.db, seller)
    expect(verdict).toMatchObject({ broken: null })
    expect(verdict.count).toBeGreaterThanOrEqual(1500)
    await record(null, 3)
    await sealWholeTrail(hub.hub.db, seller)
    const { head, count } = verdict
    expect(await verifyTrail(hub.hub.db, seller, head ?? undefined)).toMatchObject({ broken: null, count: count + 3 })
  })

  it('loses and doubles nothing of transactions that overlap, of which some are given up, while it is sealed', async () => {
    const { db } = hub.hub
    const before = Number((await verifyTrail(db, seller)).count)
    const writers = Array.from({ length: 20 }, (_, writer) =>
      db
        .transaction(async (trx) => {
          for (let n = 0; n < 10; n++) {
            const event = { sellerId: seller, accountId: null, actor: { hub: 'test' }, action: 'parallel.done' }
            await recordAudit(
              trx,
              [{ ...event, subjectKind: 'writer', subjectId: null, detail: { writer, n } }],
              stampOf(hub.hub),
            )
          }
          if (writer % 5 === 0) throw new Error('given up')
        })
        .catch((error: Error) => expect(error.message).toBe('given up')),
    )
    const seal = async () => {
      for (let n = 0; n < 5; n++) await sealWholeTrail(db, seller)
    }
    // Ids are made before others commit: what is sealed is not in order of id.
    await Promise.all([...writers, seal(), seal()])
    await sealWholeTrail(db, seller)
    const verdict = await verifyTrail(db, seller)
    expect(verdict).toMatchObject({ broken: null, count: before + 160 })
    const rows = await db('audit_events')
      .where({ action: 'parallel.done' })
      .orderBy('number')
      .select('number', 'detail')
    const seen = rows.map(({ detail }) => `${detail.writer}-${detail.n}`)
    expect(new Set(seen).size).toBe(160)
    expect(seen.some((id) => id.startsWith('5-'))).toBe(false)
    expect(new Set(rows.map((r) => r.number)).size).toBe(160)
  })

  it('takes no change and no removal', async () => {
    await expect(hub.hub.db('audit_events').where({ number: '2' }).update({ action: 'x' })).rejects.toThrow(
      'append-only',
    )
    await expect(hub.hub.db('audit_events').where({ number: '2' }).delete()).rejects.toThrow('append-only')
  })

  it('says the first broken number: changed, cut off at the end, chained anew, taken out of the middle', async () => {
    const { db } = hub.hub
    const { head } = await verifyTrail(db, seller)
    const last = head?.number ?? ''
    await tamper(`CREATE TABLE kept AS SELECT * FROM audit_events WHERE number IN (700, ${last})`)
    const restore = () =>
      tamper(`DELETE FROM audit_events WHERE number IN (700, ${last}); INSERT INTO audit_events SELECT * FROM kept`)
    await tamper(`UPDATE audit_events SET detail = '{"b": 0}' WHERE number = 700`)
    expect((await verifyTrail(db, seller)).broken?.number).toBe('700')
    await restore()
    await tamper('DELETE FROM audit_events WHERE number = 700')
    expect((await verifyTrail(db, seller)).broken).toEqual({ number: '700', why: 'It is missing.' })
    await restore()
    await tamper(`DELETE FROM audit_events WHERE number = ${last}`)
    expect((await verifyTrail(db, seller)).broken?.number).toBe(last)
    // With the head rewritten too, only the one kept elsewhere tells.
    await tamper(`UPDATE audit_heads SET (number, hash) =
      (SELECT number, hash FROM audit_events WHERE number = ${Number(last) - 1})`)
    expect((await verifyTrail(db, seller)).broken).toBeNull()
    expect((await verifyTrail(db, seller, head ?? undefined)).broken?.number).toBe(last)
    await restore()
    await tamper(
      `UPDATE audit_heads SET (number, hash) = (SELECT number, hash FROM audit_events WHERE number = ${last})`,
    )
    expect((await verifyTrail(db, seller, head ?? undefined)).broken).toBeNull()
  })

  it('edge case 14: shows people what concerns the accounts they reach, in list and exports alike', async () => {
    const mine = await account(hub, 'Mine')
    const other = await account(hub, 'Other')
    const finance = await member(hub, mine, 'finance', 'finance')
    const buyer = await member(hub, mine, 'buyer', 'buyer')
    await record(mine, 2)
    await record(other, 2)
    const get = (path: string, who: string | null = finance) => call(hub, who, 'GET', path)
    const { body } = await get('/api/v1/audit?action=thing')
    expect(body.items).toHaveLength(2)
    const lines = (await get('/api/v1/audit.ndjson?action=thing')).body.trim().split('\n')
    expect(lines.map((line: string) => JSON.parse(line).accountId)).toEqual([mine, mine])
    expect(JSON.parse(lines[0]).hash).toMatch(/^[0-9a-f]{64}$/)
    expect((await get('/api/v1/audit.csv?action=thing')).body.trim().split('\r\n')).toHaveLength(3)
    expect((await get(`/api/v1/audit?accountId=${other}`)).body.items).toEqual([])
    expect((await get('/api/v1/audit', buyer)).status).toBe(403)
    expect((await get('/api/v1/audit/verification', null)).body.broken).toBeNull()
    expect((await get('/api/v1/audit/verification')).status).toBe(403)
  })
})
