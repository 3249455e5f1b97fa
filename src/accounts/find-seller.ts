// The seller's name.
import type { Db } from '../database/database.ts'

export async function findSellerName(db: Db, id: string): Promise<string> {
  const seller = await db('sellers').where({ id }).first('name')
  if (!seller) throw new Error(`there is no seller ${id}`)
  return seller.name
}
