// The hub's own upkeep, job by job, on a real database.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expirePunchoutSessions } from '../../jobs/expire-punchout-sessions.ts'
import type { JobContext } from '../../jobs/job.ts'
import { purgeDocumentsJob } from '../../jobs/purge-documents.ts'
import { purgeJobRunsJob } from '../../jobs/purge-job-runs.ts'
import { readConfig } from '../../src/config.ts'
import type { Hub } from '../../src/hub.ts'
import { makeQueueHub } from '../queue/queue-hub.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const days = (n: number) => new Date(NOW.getTime() + n * 86_400_000)

let database: TestDatabase
let hub: Hub
beforeAll(async () => {
  database = await createTestDatabase()
  hub = { ...makeQueueHub(database.url), now: () => NOW, config: readConfig({ HUB_KEEP_DOCUMENT_DAYS: '400' }) }
})
afterAll(async () => {
  await hub.db.destroy()
  await database.drop()
})

function context(signal = new AbortController().signal): JobContext & { told: unknown[] } {
  const told: unknown[] = []
  return { id: hub.newId(), attempt: 1, signal, told, progress: async (value) => void told.push(value) }
}

describe('expire-punchout-sessions', () => {
  async function seedPartner() {
    const [seller_id, account_id, person_id, storefront_id, partner_id] = Array.from({ length: 5 }, () => hub.newId())
    const created_at = NOW
    await hub.db('sellers').insert({ id: seller_id, name: 'Seller', created_at })
    await hub.db('accounts').insert({ id: account_id, seller_id, kind: 'company', name: 'Buyer', created_at })
    await hub.db('people').insert({ id: person_id, seller_id, email: 'a@buyer.example', name: 'A', created_at })
    await hub
      .db('storefronts')
      .insert({ id: storefront_id, seller_id, name: 'Shop', punchout_url: 'https://shop.example/', created_at })
    await hub.db('partners').insert({
      ...{
        id: partner_id,
        seller_id,
        storefront_id,
        slug: 'buyer',
        name: 'Buyer',
        protocol: 'cxml',
        profile: 'generic',
      },
      ...{ settings: '{}', mapping: '{}', created_at, updated_at: created_at },
    })
    return { seller_id, account_id, person_id, storefront_id, partner_id }
  }

  it('ends every overdue session with an event, more than one batch of them, and no other', async () => {
    const owner = await seedPartner()
    const session = (state: string, expires_at: Date) => ({
      ...owner,
      ...{
        id: hub.newId(),
        protocol: 'cxml',
        mode: 'test',
        operation: 'create',
        setup: '{}',
        state,
        expires_at,
        created_at: days(-2),
      },
    })
    const overdue = Array.from({ length: 1100 }, (_, n) => session(n % 2 ? 'created' : 'opened', days(-1)))
    const others = [session('opened', days(1)), session('returned', days(-1)), session('cancelled', days(-1))]
    await hub.db.batchInsert('punchout_sessions', [...overdue, ...others], 500)
    const ran = context()
    await expirePunchoutSessions.run(hub, {}, ran)
    expect(ran.told).toEqual([{ expired: 1100 }])
    const states = await hub.db('punchout_sessions').select('state').count({ n: '*' }).groupBy('state').orderBy('state')
    expect(states).toEqual([
      { state: 'cancelled', n: '1' },
      { state: 'expired', n: '1100' },
      { state: 'opened', n: '1' },
      { state: 'returned', n: '1' },
    ])
    expect(await hub.db('punchout_events').where({ state: 'expired' }).pluck('session_id')).toHaveLength(1100)
    const again = context()
    await expirePunchoutSessions.run(hub, {}, again)
    expect(again.told).toEqual([{ expired: 0 }])
  })
})

describe('purge-documents', () => {
  it('blanks the bytes of documents older than HUB_KEEP_DOCUMENT_DAYS and keeps what was said of them', async () => {
    const document = (created_at: Date) => ({
      ...{ id: hub.newId(), direction: 'in', protocol: 'cxml', kind: 'ProfileRequest', content_type: 'text/xml' },
      ...{ sealed: Buffer.from('sealed'), size: 6, sha256: Buffer.alloc(32), findings: '[]', created_at },
    })
    const [old, recent] = [document(days(-401)), document(days(-399))]
    await hub.db('documents').insert([old, recent])
    await purgeDocumentsJob.run(hub, {}, context())
    const kept = await hub
      .db('documents')
      .select('id', 'kind', hub.db.raw('length(sealed) AS bytes'))
      .orderBy('created_at')
    expect(kept).toEqual([
      { id: old?.id, kind: 'ProfileRequest', bytes: 0 },
      { id: recent?.id, kind: 'ProfileRequest', bytes: 6 },
    ])
  })
})

describe('purge-job-runs', () => {
  it('forgets done runs after two weeks and dead ones after half a year', async () => {
    const run = (state: string, finished_at: Date | null) => ({
      id: hub.newId(),
      job: 'x',
      queue: 'house',
      payload: '{}',
      state,
      finished_at,
    })
    const kept = [run('done', days(-13)), run('dead', days(-179)), run('retrying', null)]
    await hub.db('job_runs').insert([...kept, run('done', days(-15)), run('dead', days(-181))])
    const ran = context()
    await purgeJobRunsJob.run(hub, {}, ran)
    expect(ran.told).toEqual([{ purged: 2, purgedEvents: 0 }])
    expect((await hub.db('job_runs').pluck('id')).sort()).toEqual(kept.map((row) => row.id).sort())
  })

  it('stops when its worker must go', async () => {
    await expect(
      purgeJobRunsJob.run(hub, {}, context(AbortSignal.abort(new Error('the worker is closing')))),
    ).rejects.toThrow('the worker is closing')
  })
})
