// Who issues the seller's invoices and sends its goods, as its documents name it.
import { findSellerName } from '../src/accounts/find-seller.ts'
import type { Db } from '../src/database/database.ts'
import type { InvoicingParty } from '../src/mapping/cxml-invoice.ts'

export async function invoicingParty(db: Db, sellerId: string): Promise<InvoicingParty> {
  return { address: { name: await findSellerName(db, sellerId) }, ids: [], bankIds: [] }
}
