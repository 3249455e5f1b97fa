// Master data of a customer as the ERP has it: the customer, its ship-to addresses, its prices.
import type { ErpCustomer, ErpPrice, ErpShipTo } from '../../connectors/connector.ts'
import type { Db } from '../database/database.ts'

export async function findCustomer(
  db: Db,
  connectionId: string,
  customerNumber: string,
): Promise<ErpCustomer | undefined> {
  const row = await db('erp_customers')
    .where({ connection_id: connectionId, customer_number: customerNumber })
    .whereNull('deleted_at')
    .orderBy('erp_id')
    .first('record')
  return row?.record
}

/** Ship-to addresses in order of the ERP's id, those after `after`, at most `limit`. */
export async function listShipTos(
  db: Db,
  connectionId: string,
  customerNumber: string,
  after: string | undefined,
  limit: number,
): Promise<ErpShipTo[]> {
  const query = db('erp_ship_tos')
    .where({ connection_id: connectionId, customer_number: customerNumber })
    .whereNull('deleted_at')
    .orderBy('erp_id')
    .limit(limit)
  if (after !== undefined) query.where('erp_id', '>', after)
  return query.pluck('record')
}

export interface PriceFilter {
  connectionId: string
  /** Null = list prices only. */
  customerNumber: string | null
  partId?: string | undefined
  /** 2026-01-31: prices of that day. */
  day: string
}

/** Prices of a customer and list prices, by item number; those after `after`, at most `limit`. */
export async function listPrices(
  db: Db,
  filter: PriceFilter,
  after: { itemNumber: string; erpId: string } | undefined,
  limit: number,
): Promise<ErpPrice[]> {
  const { connectionId, customerNumber, partId, day } = filter
  // Each half in the order of its index: other customers' prices are not looked at.
  const half = (ofCustomer: string | null) => {
    const query = db('erp_prices')
      .select('item_number', 'erp_id', 'record')
      .where({ connection_id: connectionId, customer_number: ofCustomer })
      .whereNull('deleted_at')
      .whereRaw(`coalesce(record->>'validFrom', '') <= ? AND coalesce(record->>'validTo', '9999') >= ?`, [day, day])
      .orderBy(['item_number', 'erp_id'])
      .limit(limit)
    if (partId !== undefined) query.where('item_number', partId)
    if (after) query.whereRaw('(item_number, erp_id) > (?, ?)', [after.itemNumber, after.erpId])
    return query
  }
  const halves = customerNumber === null ? [half(null)] : [half(customerNumber), half(null)]
  return db.from(db.unionAll(halves, true).as('p')).orderBy(['item_number', 'erp_id']).limit(limit).pluck('record')
}
