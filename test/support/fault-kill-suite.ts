// Nothing lost, nothing twice: server and workers are killed with -9 at every step of an order's way, one after the other, on the
// carrier given. What counts is what the ERP and the buyer's system have in the end.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postCxml } from './buyer.ts'
import { until } from './buyer-endpoint.ts'
import type { Child } from './child.ts'
import type { HubDeath, WorkerDeath } from './fault-program.ts'
import { countInErp, type FaultSite, openFaultSite, orderIs, pensOrder, postUntilAnswered } from './fault-site.ts'

export function killSuite(redisUrl: string | undefined): void {
  let site: FaultSite
  /** Every order that was answered with 200. */
  const taken: string[] = []

  beforeAll(async () => {
    site = await openFaultSite({ redisUrl })
  })
  afterAll(() => site?.close())

  async function place(poNumber: string): Promise<void> {
    const { status } = await postCxml(site.url, pensOrder(poNumber))
    expect(status.code).toBe('200')
    taken.push(poNumber)
  }

  describe('the server dies', () => {
    it.each<HubDeath>(['document stored', 'order committed'])('%s, before it answered', async (point) => {
      const poNumber = `PO ${point}`
      const body = pensOrder(poNumber)
      const victim = await site.startHub(point)
      await expect(postCxml(site.url, body)).rejects.toThrow()
      await victim.ended
      expect(victim.process.signalCode).toBe('SIGKILL')

      const hub = await site.startHub()
      const first = await postUntilAnswered(site.url, body)
      const second = await postUntilAnswered(site.url, body)
      expect(first.status.code).toBe('200')
      expect(second.text).toBe(first.text)
      expect(await site.db('orders').where({ po_number: poNumber })).toHaveLength(1)
      taken.push(poNumber)
      await hub.kill()
    })
  })

  describe('a worker dies', () => {
    beforeAll(() => site.startHub())
    const workers: Child[] = []

    it.each<WorkerDeath>([
      'job handed over',
      'before the push',
      'after the push',
      'receipt written',
      'page read',
      'page written',
      'page committed',
    ])('%s', async (point) => {
      const victim = await site.startWorker(point)
      await place(`PO ${point}`)
      await victim.ended
      expect(victim.process.signalCode).toBe('SIGKILL')
    })

    it('while the ERP takes its time', async () => {
      site.erp.faults.clear()
      const leased = await site.db('orders').whereNotNull('push_until').pluck('id')
      site.erp.faults.add({ kind: 'slow', milliseconds: 60_000, on: 'pushOrder', times: 50 })
      const victim = await site.startWorker()
      await place('PO slow')
      await until('a push to begin', async () => {
        const now = await site.db('orders').whereNotNull('push_until').whereNotIn('id', leased).pluck('id')
        return now.length > 0 || undefined
      })
      await victim.kill()
      site.erp.faults.clear()
    })

    it('and in the end each order is in the ERP once', async () => {
      workers.push(await site.startWorker(), await site.startWorker())
      for (const poNumber of taken) {
        const row = await orderIs(site.db, poNumber, 'accepted')
        expect([poNumber, site.erp.countByOnceKey(row.once_key), countInErp(site.erp, poNumber)]).toEqual([
          poNumber,
          1,
          1,
        ])
        expect(site.erp.record('orders', row.erp_id)).toMatchObject({ onceKey: row.once_key, number: row.erp_number })
      }
      expect(site.erp.records('orders')).toHaveLength(taken.length)
    })

    it('and the buyer is told once of each, whatever dies meanwhile: the same bytes under one payloadID', async () => {
      for (const worker of workers) await worker.kill()
      for (const order of site.erp.records('orders')) site.erp.confirm(order.erpId)
      // The buyer has them, and whoever brought them dies before it hears so.
      site.buyer.failNext('no-answer', 'hang-up', 'no-answer')
      const victim = await site.startWorker()
      await until('the buyer to have three', () => site.buyer.received.length >= 3 || undefined)
      await victim.kill()
      await site.startWorker()
      for (const poNumber of taken) await orderIs(site.db, poNumber, 'confirmed')
      await until('all to be delivered', async () => {
        const delivered = await site.db('deliveries').where({ state: 'delivered' })
        return delivered.length === taken.length || undefined
      })
      const told = new Map<string, Set<string>>()
      for (const { bytes, document } of site.buyer.accepted) {
        const { content } = document
        if (content?.type !== 'ConfirmationRequest') throw new Error(`unexpected ${content?.type}`)
        const about = content.orderReference.orderID ?? ''
        told.set(about, (told.get(about) ?? new Set()).add(bytes.toString()))
      }
      expect([...told.keys()].sort()).toEqual([...taken].sort())
      for (const [poNumber, different] of told) expect([poNumber, different.size]).toEqual([poNumber, 1])
      expect(await site.db('job_runs').where({ state: 'dead' })).toEqual([])
    })
  })
}
