// Tryton's states of a sale -> ErpOrderState. A sale has one of its own, one of its shipments and one of its invoices.
import type { ErpOrderState } from '../connector.ts'
import { readDescription } from './sale-draft.ts'
import type { TrytonConfig } from './settings.ts'

export interface SaleState {
  state: 'draft' | 'quotation' | 'confirmed' | 'processing' | 'done' | 'cancelled'
  shipment_state: 'none' | 'waiting' | 'sent' | 'exception'
  invoice_method: string
  shipment_method: string
  description: string | null
  lines: {
    type: string
    quantity: number | null
    actual_quantity: number | null
    moves: { state: string }[]
  }[]
}

/** To read a SaleState by. */
export const saleStateFields = [
  ...['state', 'shipment_state', 'invoice_method', 'shipment_method', 'description'],
  ...['lines.type', 'lines.quantity', 'lines.actual_quantity', 'lines.moves.state'],
]

export function orderState(sale: SaleState, { confirmOrders }: Pick<TrytonConfig, 'confirmOrders'>): ErpOrderState {
  const lines = sale.lines.filter((line) => line.type === 'line')
  switch (sale.state) {
    case 'cancelled':
      return 'cancelled'
    case 'draft':
      return 'draft'
    case 'quotation':
      // The hub would have confirmed its own: Tryton did not let it.
      return confirmOrders && readDescription(sale.description) ? 'blocked' : 'draft'
    case 'confirmed':
      return 'open'
    case 'processing':
      if (isTakenBack(lines)) return 'cancelled'
      if (sale.shipment_state === 'sent') return 'shipped'
      return lines.some((line) => line.moves.some((move) => move.state === 'done')) ? 'shipping' : 'open'
    case 'done':
      return isTakenBack(lines) || isGivenUp(sale, lines) ? 'cancelled' : 'closed'
  }
}

/** How a sale ends that was cancelled while it was processed: an amendment sets its quantities to zero, and it is done. */
function isTakenBack(lines: SaleState['lines']): boolean {
  return lines.length > 0 && lines.every((line) => !line.quantity)
}

/** Done, though nothing was ever shipped or invoiced of it: its shipments and invoices were cancelled. */
function isGivenUp(sale: SaleState, lines: SaleState['lines']): boolean {
  const byHand = sale.invoice_method === 'manual' && sale.shipment_method === 'manual'
  return !byHand && lines.length > 0 && lines.every((line) => !line.actual_quantity)
}
