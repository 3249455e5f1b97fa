// What an ERP's shipment or invoice says of an order line, in the words of the order the buyer's system sent: its line, its unit.
import { compareDecimals, divideDecimals, multiplyDecimals } from '../money.ts'
import type { OrderLine } from '../orders/order.ts'
import { plainDecimal } from './plain-decimal.ts'

/** Of a line, as the ERP has it; recordErpOrders keeps it in the details. */
export interface ErpSide {
  itemNumber?: string
  unitPrice?: string
  priceUnit?: string
  quantity?: string
}

export function erpSideOf(line: OrderLine): ErpSide {
  return (line.details as { erp?: ErpSide }).erp ?? {}
}

/** Whether two part numbers are one: an ERP drops leading zeros and has its own case. */
export function samePart(a: string | null | undefined, b: string | null | undefined): boolean {
  const fold = (part: string) =>
    part
      .trim()
      .toUpperCase()
      .replace(/^0+(?=.)/, '')
  return !!a && !!b && fold(a) === fold(b)
}

/**
 * The order's line. One that the ERP named before the hub knew the ERP's line ids is found by its part number, where only one line has
 * it; undefined = the order has no such line (freight, say).
 */
export function orderLineOf(
  { orderLineNumber, supplierPartId }: { orderLineNumber: number | null; supplierPartId: string | null },
  lines: readonly OrderLine[],
): OrderLine | undefined {
  if (orderLineNumber !== null) return lines.find((l) => l.lineNumber === orderLineNumber)
  const same = lines.filter(
    (l) => samePart(supplierPartId, l.supplierPartId) || samePart(supplierPartId, erpSideOf(l).itemNumber),
  )
  return same.length === 1 ? same[0] : undefined
}

/** Rec 20 codes and their like that all mean a piece. */
const PIECES = new Set(['EA', 'C62', 'H87', 'PCE'])

/** How many of the ERP's unit make one of the order's; null = not known. `toRec20` reads the buyer's unit codes. */
export function unitFactor(line: OrderLine, erpUnit: string, toRec20: (unit: string) => string): string | null {
  const [ordered, shipped] = [toRec20(line.unit), erpUnit.trim().toUpperCase()]
  if (ordered === shipped || (PIECES.has(ordered) && PIECES.has(shipped))) return '1'
  // The ERP ordered 500 EA where the buyer wrote 10 BX: only a whole number is believed, the rest may be a changed quantity.
  const { quantity } = erpSideOf(line)
  if (!quantity || compareDecimals(line.quantity, '0') === 0) return null
  const factor = divideDecimals(quantity, line.quantity, 0)
  const exact = compareDecimals(multiplyDecimals(factor, line.quantity), quantity) === 0
  return exact && compareDecimals(factor, '0') > 0 ? factor : null
}

export interface Counted {
  quantity: string
  unit: string
  /** How many of the ERP's unit are in one of `unit`. */
  factor: string
}

/** A quantity in the order's unit; in the ERP's where it can't be brought to the order's exactly. */
export function inOrderUnit(
  line: OrderLine,
  counted: { quantity: string; unit: string },
  toRec20: (unit: string) => string,
): Counted {
  const factor = unitFactor(line, counted.unit, toRec20)
  const quantity = factor === null ? '0' : divideDecimals(counted.quantity, factor, 9)
  return factor !== null && compareDecimals(multiplyDecimals(quantity, factor), counted.quantity) === 0
    ? { quantity: plainDecimal(quantity), unit: line.unit, factor }
    : { quantity: plainDecimal(counted.quantity), unit: counted.unit.trim(), factor: '1' }
}
