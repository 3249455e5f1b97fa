// Runs the memory ERP's office where nobody sits in it: an order is confirmed, shipped and invoiced step by step as the clock
// moves on. Nothing runs by itself: whoever calls the ERP moves it.

import { shipOrder } from './deliveries.ts'
import { invoice } from './invoices.ts'
import type { Ledger, Transaction } from './ledger.ts'
import { confirmOrder } from './sales.ts'
import type { Wait } from './tables.ts'

/** Seconds an order waits at each step after its last change: confirmed after 3, shipped after 10, invoiced after 20. */
const patience: Record<Wait, number> = { confirmation: 3, shipment: 7, invoice: 10 }

const steps: Record<Wait, (tx: Transaction, erpId: string) => void> = {
  confirmation: (tx, erpId) => confirmOrder(tx, erpId),
  shipment: (tx, erpId) => shipOrder(tx, erpId, {}),
  invoice: (tx, erpId) => invoice(tx, erpId),
}

export function moveOn(ledger: Ledger, now: Date): void {
  ledger.catchUp()
  for (const [wait, step] of Object.entries(steps) as [Wait, (tx: Transaction, erpId: string) => void][])
    for (const [erpId, since] of ledger.tables.waiting[wait]) {
      if (now.getTime() - Date.parse(since) < patience[wait] * 1000) break
      // Looked up again inside: another process may have taken the step.
      ledger.transact((tx) => {
        if (tx.tables.waiting[wait].has(erpId)) step(tx, erpId)
      })
    }
}
