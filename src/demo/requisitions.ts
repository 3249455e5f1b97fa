// The simulator's procurement system: requisitions, the punchouts made for them and the carts that came back. In memory and
// bounded: it is a simulator.
import { randomBytes } from 'node:crypto'
import type { ItemIn } from '../../protocols/cxml/items.ts'
import type { PurchaseOrder } from './purchase-orders.ts'

export type System = 'cxml' | 'oci'

/** A line as the buyer's system holds it. Every value is text, just as it came. */
export interface RequisitionLine {
  lineNumber: string
  parentLineNumber?: string
  supplierPartId: string
  supplierPartAuxiliaryId?: string
  description: string
  longText?: string
  quantity: string
  unit: string
  price: string
  currency: string
  priceUnit?: string
  classification?: string
  manufacturerPartId?: string
  leadTime?: string
  service: boolean
  /** cXML: the item whole, to send it again on edit. */
  item?: ItemIn
}

export interface ReceivedCart {
  at: Date
  /** `cxml-urlencoded`, `NEW_ITEM-*`, ... */
  via: string
  lines: RequisitionLine[]
  /** Of the document's header; null where the protocol has none. */
  total: { amount: string; currency: string } | null
  tax: { amount: string; currency: string } | null
  editable: boolean
  document: string
}

/** One way out and back. */
export interface Visit {
  /** cXML BuyerCookie; OCI: a parameter of HOOK_URL. */
  id: string
  /** create, edit, inspect, or the OCI function. */
  operation: string
  at: Date
  frame: boolean
  /** What was sent and what was answered, to read: without secrets. */
  sent: string
  answered: string | null
  outcome: 'open' | 'cart' | 'cancelled' | 'refused'
  /** What went wrong, in words. */
  refusal: string | null
  /** How the browser gets into the catalogue. */
  departure: Departure | null
  /** What came back, to read. */
  returned: string | null
}

export interface Departure {
  method: 'GET' | 'POST'
  action: string
  fields: readonly (readonly [string, string])[]
}

export interface Requisition {
  id: string
  number: string
  system: System
  email: string
  mode: 'production' | 'test'
  charset: string
  visits: Visit[]
  /** The last is how the requisition stands. */
  carts: ReceivedCart[]
  copyOf: string | null
  /** Every OrderRequest sent for it. */
  orders: PurchaseOrder[]
  createdAt: Date
}

const MOST_REQUISITIONS = 200
const MOST_CHARACTERS = 64_000_000
const requisitions = new Map<string, Requisition>()
const weights = new Map<string, number>()
let counter = 0

export function newRequisition(of: Pick<Requisition, 'system' | 'email' | 'mode' | 'charset'>): Requisition {
  const number = `REQ-${String(++counter).padStart(4, '0')}`
  const made = { ...of, id: newKey(), number, visits: [], carts: [], copyOf: null, orders: [], createdAt: new Date() }
  requisitions.set(made.id, made)
  weigh(made, 0)
  return made
}

export function findRequisition(id: string): Requisition | undefined {
  return requisitions.get(id)
}

/** Newest first. */
export function listRequisitions(): Requisition[] {
  return [...requisitions.values()].reverse()
}

/** Keeps a cart that came back; `size` in characters of what was posted. */
export function receiveCart(requisition: Requisition, visit: Visit, cart: ReceivedCart, size: number): void {
  requisition.carts.push(cart)
  visit.outcome = 'cart'
  visit.returned = cart.document
  weigh(requisition, size)
}

export function newKey(): string {
  return randomBytes(12).toString('base64url')
}

/** The oldest go where there are too many, or too much in them. */
function weigh(requisition: Requisition, more: number): void {
  weights.set(requisition.id, (weights.get(requisition.id) ?? 0) + more)
  let whole = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  for (const id of requisitions.keys()) {
    if ((requisitions.size <= MOST_REQUISITIONS && whole <= MOST_CHARACTERS) || id === requisition.id) break
    whole -= weights.get(id) ?? 0
    requisitions.delete(id)
    weights.delete(id)
  }
}
