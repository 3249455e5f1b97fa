// A record that can't be applied is set aside; its stream goes on. And a connection removed while it is read is not found.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { ErpConnector, ErpInvoice } from '../../connectors/connector.ts'
import { ErpError } from '../../connectors/erp-error.ts'
import { syncStream } from '../../jobs/sync-stream.ts'
import { demoIds } from '../../src/demo/seed.ts'
import type { ErpConnection } from '../../src/erp/erp-connection.ts'
import { findConnectionById } from '../../src/erp/erp-connection-store.ts'
import { pullStream } from '../../src/erp/pull-stream.ts'
import { call } from '../accounts/company.ts'
import { addConnection, erpInvoice } from '../support/erp-history.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
let connectionId: string
beforeAll(async () => {
  hub = await startTestHub({ demo: false })
})
afterAll(() => hub?.close())
beforeEach(async () => {
  connectionId = (await addConnection(hub.hub, demoIds.seller, `ERP ${Math.random()}`)).id
})

/** Reads the invoices of an ERP that says these pages. */
async function read(...pages: ErpInvoice[][]) {
  const connection = (await findConnectionById(hub.hub.db, connectionId)) as ErpConnection
  const erp = {
    async *pull() {
      for (const [n, records] of pages.entries()) yield { records, next: `page ${n + 1}`, total: null }
    },
  } as unknown as ErpConnector
  const reader = { ...hub.hub, openErp: () => ({ connection, definition: hub.hub.connectors.memory as never, erp }) }
  const context = { signal: AbortSignal.timeout(60_000), progress: async () => undefined } as never
  await syncStream.run(reader, { connectionId, stream: 'invoices' }, context)
}
const invoice = (erpId: string, also: Partial<ErpInvoice> = {}) =>
  erpInvoice({ erpId, number: erpId, ...also } as never)
const kept = () => hub.hub.db('invoices').where({ connection_id: connectionId }).orderBy('erp_id').pluck('erp_id')
const setAside = async () => (await call(hub, null, 'GET', `/api/v1/connections/${connectionId}/quarantine`)).body.items
/** No such day: PostgreSQL refuses the page it is in. */
const BAD = { invoiceDate: '2026-02-30' }

it('sets the bad record aside with the reason, applies the others, and goes on to the next page', async () => {
  await read([invoice('A'), invoice('B', BAD), invoice('C')], [invoice('D')])
  expect(await kept()).toEqual(['A', 'C', 'D'])
  expect(await setAside()).toMatchObject([
    { stream: 'invoices', erpId: 'B', tries: 1, reason: expect.stringContaining('2026-02-30') },
  ])
  const [row] = await hub.hub.db('sync_quarantine').where({ connection_id: connectionId })
  expect(row.sealed_record.toString('latin1')).not.toContain('2026-02-30')
  const { body } = await call(hub, null, 'GET', `/api/v1/connections/${connectionId}/streams`)
  const stream = body.find((s: { stream: string }) => s.stream === 'invoices')
  expect(stream).toMatchObject({ quarantined: 1, lastError: null, records: 4 })
})

it('tries it again first, and lets a newer record of the same thing replace it', async () => {
  await read([invoice('B', BAD), invoice('E', BAD)])
  await read()
  expect(await setAside()).toMatchObject([
    { erpId: 'B', tries: 2 },
    { erpId: 'E', tries: 2 },
  ])
  await read([invoice('B', { totalAmount: '7.00' })])
  expect(await setAside()).toMatchObject([{ erpId: 'E', tries: 3 }])
  expect(await hub.hub.db('invoices').where({ connection_id: connectionId }).pluck('total_amount')).toEqual(['7.00'])
})

it('what could not be applied for something that is right now is applied at the next reading', async () => {
  const { db } = hub.hub
  await db.raw('ALTER TABLE invoices ADD CONSTRAINT tried CHECK (number <> ?)'.replace('?', "'F'"))
  await read([invoice('F'), invoice('G')])
  await db.raw('ALTER TABLE invoices DROP CONSTRAINT tried')
  const [{ id }] = await setAside()
  const path = `/api/v1/connections/${connectionId}/quarantine/${id}/retry`
  expect(await call(hub, null, 'POST', path)).toMatchObject({ status: 202, body: { runId: expect.any(String) } })
  await read()
  expect(await kept()).toEqual(['F', 'G'])
  expect(await setAside()).toEqual([])
  expect((await call(hub, null, 'POST', path)).status).toBe(404)
})

it('does not take the database or the ERP for the record: the page waits', async () => {
  const input = {
    ...{ connectionId, stream: 'invoices' as const, claimSeconds: 60, signal: AbortSignal.timeout(60_000) },
  }
  const connection = (await findConnectionById(hub.hub.db, connectionId)) as ErpConnection
  const erp = {
    async *pull() {
      yield { records: [invoice('H')], next: '1', total: null }
    },
  } as unknown as ErpConnector
  const reader = { ...hub.hub, openErp: () => ({ connection, definition: hub.hub.connectors.memory as never, erp }) }
  for (const fault of [
    Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' }),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    new Error('Connection terminated unexpectedly'),
    new ErpError('unreachable', 'gone'),
  ])
    await expect(pullStream(reader, { ...input, apply: () => Promise.reject(fault) })).rejects.toBe(fault)
  expect(await setAside()).toEqual([])
})

it('a connection removed while it is read is not found, and leaves nothing behind', async () => {
  const connection = (await findConnectionById(hub.hub.db, connectionId)) as ErpConnection
  const erp = {
    async *pull() {
      await hub.hub.db('erp_connections').where({ id: connectionId }).delete()
      yield { records: [invoice('I')], next: '1', total: null }
    },
  } as unknown as ErpConnector
  const reader = { ...hub.hub, openErp: () => ({ connection, definition: hub.hub.connectors.memory as never, erp }) }
  const context = { signal: AbortSignal.timeout(60_000), progress: async () => undefined } as never
  await expect(syncStream.run(reader, { connectionId, stream: 'invoices' }, context)).rejects.toMatchObject({
    ...{ name: 'HubError', code: 'not_found' },
  })
  expect(await hub.hub.db('sync_streams').where({ connection_id: connectionId })).toEqual([])
})
