// The same order again, and changes and cancellations that race its push: whatever comes in whatever order, the ERP has one order,
// and it is the one the buyer asked for last.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryErp } from '../../connectors/memory/memory-erp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { postCxml } from '../support/buyer.ts'
import { until } from '../support/buyer-endpoint.ts'
import { orderIs, pensOrder } from '../support/fault-site.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
const erp = memoryErp({ name: 'duplicates' }, () => new Date())

beforeAll(async () => {
  erp.setCreditLimit('100042', null)
  hub = await startTestHub({ jobs: true, erp: { name: 'duplicates' }, env: { HUB_TAKE_OVER_SECONDS: '2' } })
})
afterAll(() => hub?.close())

type Options = NonNullable<Parameters<typeof pensOrder>[1]>

async function post(poNumber: string, options: Options = {}): Promise<string> {
  return (await postCxml(hub.url, pensOrder(poNumber, options))).status.code
}
const update = (boxes: string, version = '2'): Options => ({ type: 'update', version, boxes })
const deletion: Options = { type: 'delete' }

const inErp = (poNumber: string) => erp.records('orders').filter((o) => o.purchaseOrderNumber === poNumber)
const boxesInErp = (poNumber: string) => inErp(poNumber).map((o) => [o.state, o.lines.map((l) => l.quantity)])
const events = (id: string) => hub.hub.db('order_events').where({ order_id: id }).orderBy('id').pluck('kind')
const row = (poNumber: string) => hub.hub.db('orders').where({ po_number: poNumber }).first()

/** The push has begun; with a slow ERP it stays under way for a while. */
const pushBegan = (poNumber: string) => until(`the push of ${poNumber}`, async () => (await row(poNumber))?.push_until)

describe('the same order again', () => {
  it('under one payloadID, 20 times at once, is one order with one answer', async () => {
    const body = pensOrder('PO-SAME', { payloadID: 'same@buyer.example' })
    const answers = await Promise.all(Array.from({ length: 20 }, () => postCxml(hub.url, body)))
    expect(new Set(answers.map((a) => a.text)).size).toBe(1)
    expect(answers[0]?.status.code).toBe('200')
    const { id, once_key } = await orderIs(hub.hub.db, 'PO-SAME', 'accepted')
    expect(erp.countByOnceKey(once_key)).toBe(1)
    expect(inErp('PO-SAME')).toHaveLength(1)
    expect((await events(id)).filter((kind) => kind === 'received' || kind === 'repeated')).toEqual(['received'])
  })

  it('under 20 payloadIDs at once is one order, and each sender hears yes', async () => {
    const codes = await Promise.all(Array.from({ length: 20 }, () => post('PO-MANY')))
    expect(new Set(codes)).toEqual(new Set(['200']))
    const { id } = await orderIs(hub.hub.db, 'PO-MANY', 'accepted')
    expect(inErp('PO-MANY')).toHaveLength(1)
    expect((await events(id)).filter((kind) => kind === 'received')).toHaveLength(1)
    expect((await events(id)).filter((kind) => kind === 'repeated')).toHaveLength(19)
  })

  it('after a change is no change back', async () => {
    expect(await post('PO-LATE')).toBe('200')
    expect(await post('PO-LATE', update('5'))).toBe('200')
    expect(await post('PO-LATE')).toBe('200')
    await until('the change in the ERP', () => boxesInErp('PO-LATE')[0]?.[1]?.[0] === '5' || undefined)
    expect(await row('PO-LATE')).toMatchObject({ revision: 2, po_version: '2' })
    expect(boxesInErp('PO-LATE')).toEqual([['open', ['5']]])
  })
})

describe('a change', () => {
  it('that comes before its order is the order, and the order that comes late changes nothing', async () => {
    expect(await post('PO-FIRST', update('7'))).toBe('200')
    expect(await post('PO-FIRST')).toBe('200')
    await orderIs(hub.hub.db, 'PO-FIRST', 'accepted')
    expect(await row('PO-FIRST')).toMatchObject({ revision: 1, po_version: '2' })
    expect(boxesInErp('PO-FIRST')).toEqual([['open', ['7']]])
  })

  it('without a version of its own is taken when it says it is one, and else refused', async () => {
    expect(await post('PO-SAME-VERSION')).toBe('200')
    expect(await post('PO-SAME-VERSION', { boxes: '3' })).toBe('409')
    expect(await post('PO-SAME-VERSION', update('4', '1'))).toBe('200')
    await until('the change in the ERP', () => boxesInErp('PO-SAME-VERSION')[0]?.[1]?.[0] === '4' || undefined)
  })

  it('that races the push follows it', async () => {
    erp.faults.add({ kind: 'slow', milliseconds: 1000, on: 'pushOrder' })
    expect(await post('PO-RACE')).toBe('200')
    await pushBegan('PO-RACE')
    expect(await post('PO-RACE', update('6'))).toBe('200')
    await until('the change in the ERP', () => boxesInErp('PO-RACE')[0]?.[1]?.[0] === '6' || undefined)
    expect(boxesInErp('PO-RACE')).toEqual([['open', ['6']]])
    await until(
      'the change noted',
      async () => (await events((await row('PO-RACE')).id)).includes('change-pushed') || undefined,
    )
    expect(await row('PO-RACE')).toMatchObject({ state: 'accepted', revision: 2, push_until: null })
  })

  it('of an order whose yes was lost is not lost with it', async () => {
    erp.faults.add({ kind: 'yes-then-drop', on: 'pushOrder' })
    expect(await post('PO-UNHEARD')).toBe('200')
    await until('the ERP to have it', () => inErp('PO-UNHEARD').length > 0 || undefined)
    expect(await post('PO-UNHEARD', update('8'))).toBe('200')
    await until('the change in the ERP', () => boxesInErp('PO-UNHEARD')[0]?.[1]?.[0] === '8' || undefined)
    expect(boxesInErp('PO-UNHEARD')).toEqual([['open', ['8']]])
    await orderIs(hub.hub.db, 'PO-UNHEARD', 'accepted')
  })

  it('that is slow to arrive does not undo the next', async () => {
    expect(await post('PO-SLOW-CHANGE')).toBe('200')
    await orderIs(hub.hub.db, 'PO-SLOW-CHANGE', 'accepted')
    erp.faults.add({ kind: 'slow', milliseconds: 1200, on: 'changeOrder' })
    expect(await post('PO-SLOW-CHANGE', update('3', '2'))).toBe('200')
    await pushBegan('PO-SLOW-CHANGE')
    expect(await post('PO-SLOW-CHANGE', update('9', '3'))).toBe('200')
    const { id } = await row('PO-SLOW-CHANGE')
    await until('both to be through', async () => {
      const jobs = await hub.hub.db('job_runs').where({ job: 'change-order' }).whereRaw(`payload->>'orderId' = ?`, [id])
      return (jobs.length === 2 && jobs.every((job) => job.state === 'done')) || undefined
    })
    expect(boxesInErp('PO-SLOW-CHANGE')).toEqual([['open', ['9']]])
  })
})

describe('a cancellation', () => {
  const cancelled = async (poNumber: string) => {
    await orderIs(hub.hub.db, poNumber, 'cancelled')
    expect(inErp(poNumber).map((o) => o.state)).toEqual(['cancelled'])
    expect(await row(poNumber)).toMatchObject({ push_until: null })
  }

  it('while the push is under way follows it', async () => {
    erp.faults.add({ kind: 'slow', milliseconds: 1000, on: 'pushOrder' })
    expect(await post('PO-STOP')).toBe('200')
    await pushBegan('PO-STOP')
    expect(await post('PO-STOP', deletion)).toBe('200')
    expect(await post('PO-STOP', deletion)).toBe('200')
    expect(await row('PO-STOP')).toMatchObject({ state: 'received', cancel_asked: true })
    expect(await post('PO-STOP', update('3'))).toBe('409')
    await cancelled('PO-STOP')
  })

  it('of an order whose yes was lost is not done before the ERP has heard of it', async () => {
    erp.faults.add({ kind: 'yes-then-drop', on: 'pushOrder' }, { kind: 'unreachable', on: 'pull:orders', times: 50 })
    expect(await post('PO-STOP-UNHEARD')).toBe('200')
    await until('the ERP to have it', () => inErp('PO-STOP-UNHEARD').length > 0 || undefined)
    const connection = hub.hub.db('erp_connections').where({ id: demoIds.erpConnection })
    await connection.clone().update({ failures: 5, closed_until: new Date(Date.now() + 3_600_000) })
    // The lease is over, the doubt is not.
    await until('the lease to end', async () => {
      const { push_until } = await row('PO-STOP-UNHEARD')
      return push_until === null || push_until.getTime() < Date.now() - 500 || undefined
    })
    expect(await post('PO-STOP-UNHEARD', deletion)).toBe('200')
    expect(await row('PO-STOP-UNHEARD')).toMatchObject({ state: 'received', cancel_asked: true })
    erp.faults.clear()
    await connection.clone().update({ failures: 0, closed_until: null })
    await cancelled('PO-STOP-UNHEARD')
  })

  it('of an order the ERP then refuses leaves nothing to decide', async () => {
    erp.faults.add({ kind: 'slow', milliseconds: 1000, on: 'pushOrder' })
    const line = { quantity: '1', supplierPartId: 'NO-SUCH', description: 'x', unit: 'EA', unitPrice: '1' }
    expect(await post('PO-STOP-REFUSED', { lines: [line] })).toBe('200')
    await pushBegan('PO-STOP-REFUSED')
    expect(await post('PO-STOP-REFUSED', { ...deletion, lines: [line] })).toBe('200')
    expect(await orderIs(hub.hub.db, 'PO-STOP-REFUSED', 'cancelled')).toMatchObject({ holds: [], push_until: null })
    expect(inErp('PO-STOP-REFUSED')).toEqual([])
  })

  it('is not forgotten over a change that the ERP refused', async () => {
    expect(await post('PO-CHANGE-STOP')).toBe('200')
    await orderIs(hub.hub.db, 'PO-CHANGE-STOP', 'accepted')
    erp.faults.add({ kind: 'slow', milliseconds: 1000, on: 'changeOrder' })
    const line = { quantity: '1', supplierPartId: 'NO-SUCH', description: 'x', unit: 'EA', unitPrice: '1' }
    expect(await post('PO-CHANGE-STOP', { ...update('1'), lines: [line] })).toBe('200')
    await pushBegan('PO-CHANGE-STOP')
    expect(await post('PO-CHANGE-STOP', deletion)).toBe('200')
    await cancelled('PO-CHANGE-STOP')
  })

  it('right after order and change leaves nothing alive', async () => {
    expect([await post('PO-QUICK'), await post('PO-QUICK', update('4')), await post('PO-QUICK', deletion)]).toEqual([
      '200',
      '200',
      '200',
    ])
    await orderIs(hub.hub.db, 'PO-QUICK', 'cancelled')
    await until('no job to be left', async () => {
      const left = await hub.hub
        .db('job_runs')
        .whereIn('state', ['waiting', 'active', 'retrying'])
        .whereLike('job', '%order')
      return left.length === 0 || undefined
    })
    expect(inErp('PO-QUICK').filter((o) => o.state !== 'cancelled')).toEqual([])
    expect(inErp('PO-QUICK').length).toBeLessThanOrEqual(1)
    expect(await row('PO-QUICK')).toMatchObject({ state: 'cancelled' })
  })

  it('at the same moment as order and change: hub and ERP agree on what came of it', async () => {
    const pos = Array.from({ length: 10 }, (_, i) => `PO-STORM-${i}`)
    await Promise.all(
      pos.flatMap((po) => [post(po), post(po, update('4')), post(po, deletion), post(po, update('5', '3')), post(po)]),
    )
    await until('no job to be left', async () => {
      const left = await hub.hub
        .db('job_runs')
        .whereIn('state', ['waiting', 'active', 'retrying'])
        .whereLike('job', '%order')
      return left.length === 0 || undefined
    })
    for (const po of pos) {
      const order = await row(po)
      const theirs = inErp(po)
      if (order.state === 'cancelled') expect([po, theirs.filter((o) => o.state !== 'cancelled')]).toEqual([po, []])
      else {
        expect([po, order.state]).toEqual([po, 'accepted'])
        const [line] = await hub.hub.db('order_lines').where({ order_id: order.id })
        expect([po, boxesInErp(po)]).toEqual([po, [['open', [String(Number(line.quantity))]]]])
      }
      expect(theirs.length).toBeLessThanOrEqual(1)
    }
  })
})

it('and nothing died of it', async () => {
  const dead = await hub.hub.db('job_runs').where({ state: 'dead' }).select('job', 'error_kind', 'error')
  expect(dead).toEqual([])
})
