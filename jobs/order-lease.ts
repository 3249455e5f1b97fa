// One job at a time speaks with the ERP about an order; the others wait their turn.
import type { ErpOrderRef } from '../connectors/connector.ts'
import { ErpError } from '../connectors/erp-error.ts'
import type { Db } from '../src/database/database.ts'
import { type Stamp, stampOf } from '../src/database/stamp.ts'
import { callErp, type OpenedErp } from '../src/erp/call-erp.ts'
import type { Hub } from '../src/hub.ts'
import { endLease, type Lease, leaseOrder } from '../src/orders/lease-order.ts'
import type { Order } from '../src/orders/order.ts'
import { lockOrder } from '../src/orders/order-store.ts'
import { recordChangePushed, recordChangeRefused } from '../src/orders/record-change.ts'

/**
 * The order, leased; null when it is not `wanted` (any more). Throws ErpError `throttled` while another job may be speaking with the ERP
 * about it.
 */
export async function leaseFor(hub: Hub, orderId: string, wanted: (order: Order) => boolean): Promise<Lease | null> {
  const { takeOverSeconds } = hub.config
  const lease = await hub.db.transaction((trx) => leaseOrder(trx, orderId, wanted, takeOverSeconds, stampOf(hub)))
  if (lease && 'wait' in lease)
    throw new ErpError(
      'throttled',
      'Another job may be speaking with the ERP about this order: its outcome is waited for.',
      { retryAfter: lease.wait },
    )
  return lease
}

/** Aborts when the job shall stop, and before the lease ends: nobody else speaks while this job still can. */
export function whileLeased(hub: Hub, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(hub.config.takeOverSeconds * 900)])
}

/**
 * Tells the ERP of a change or cancellation of a leased order it has, and records what the ERP says. Throws what `tell` throws but for a
 * refusal. Where the answer was lost the lease is waited out: the call may still arrive, and must not do so after the next one.
 */
export async function tellErp(
  hub: Hub,
  { id, connectionId, erpId, erpNumber }: Order,
  asked: 'change' | 'cancellation',
  signal: AbortSignal,
  tell: (opened: OpenedErp, ref: ErpOrderRef, whileLeased: AbortSignal) => Promise<void>,
): Promise<void> {
  if (!connectionId || !erpId) throw new Error(`order ${id} is in no ERP`)
  const record = (work: (db: Db, order: Order, stamp: Stamp) => Promise<void>) =>
    hub.db.transaction(async (trx) => {
      const locked = await lockOrder(trx, id)
      if (locked) await work(trx, locked, stampOf(hub))
    })
  let begun = false
  try {
    await callErp(hub, connectionId, (opened) => {
      begun = true
      return tell(opened, { erpId, number: erpNumber }, whileLeased(hub, signal))
    })
  } catch (error) {
    const kind = error instanceof ErpError ? error.kind : 'fault'
    if (error instanceof ErpError && kind === 'refused')
      return record((db, order, stamp) => recordChangeRefused(db, order, asked, error.message, stamp))
    if (!begun || kind === 'throttled' || kind === 'unauthorised') await endLease(hub.db, id, false, hub.now())
    throw error
  }
  await record((db, order, stamp) => recordChangePushed(db, order, asked, stamp))
}
