// Pushing an order: looked for by its key, made as a draft in one call, quoted, confirmed. Whatever an earlier push left half made
// is taken up where it stands.
import type { ErpOrderDraft, ErpOrderReceipt } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { TrytonFault } from './answers.ts'
import type { TrytonConnection } from './connection.ts'
import type { Row } from './json-rpc.ts'
import { orderState, type SaleState, saleStateFields } from './order-state.ts'
import { onceDomain, saleDraft } from './sale-draft.ts'

export type Sale = Row & SaleState & { number: string | null; untaxed_amount: string; revision?: number }
const saleFields = ['number', 'untaxed_amount', ...saleStateFields]

export async function takeOrder(
  connection: TrytonConnection,
  draft: ErpOrderDraft,
  onceKey: string,
  signal?: AbortSignal,
): Promise<ErpOrderReceipt> {
  const { client } = connection
  const [known] = await salesOf(connection, onceKey, signal)
  if (known) return goOn(connection, known, [], false, signal)

  const { header, lines, notes } = await saleDraft(connection, draft, onceKey, signal)
  const values = { ...header, lines: [['create', lines]] }
  const [id] = (await client.call<number[]>('sale.sale.create', [[values]], { signal })) as [number]
  const sale = await onlyOne(connection, onceKey, id)
  if (sale.id !== id) return goOn(connection, sale, [], false)
  try {
    return await goOn(connection, sale, notes, true)
  } catch (error) {
    if (!(error instanceof ErpError) || error.kind !== 'refused') throw error
    // Another worker's sale of the same key took the place of this one; else a refusal leaves nothing behind. After any other
    // error the next push takes the sale up.
    const other = (await salesOf(connection, onceKey)).find((known) => known.id !== id)
    if (other) return goOn(connection, other, [], false)
    await remove(connection, id)
    throw error
  }
}

async function salesOf({ client }: TrytonConnection, onceKey: string, signal?: AbortSignal): Promise<Sale[]> {
  return client.read<Sale>('sale.sale', onceDomain(onceKey), saleFields, { signal })
}

/**
 * Another worker may have pushed the same key in the same moment. Each looks again after its own sale is there, so the later one
 * sees both: whatever was confirmed stays, else the lowest id, and the others are removed.
 */
async function onlyOne(connection: TrytonConnection, onceKey: string, own: number): Promise<Sale> {
  for (let looks = 0; looks < 5; looks++) {
    const sales = await salesOf(connection, onceKey)
    const stays = sales.find((sale) => !isOpen(sale)) ?? sales[0]
    if (!stays) break
    const others = sales.filter((sale) => (stays.id === own ? sale.id !== own : sale.id === own))
    const removed = await Promise.all(others.map((other) => remove(connection, other.id)))
    if (removed.every(Boolean)) return stays
  }
  throw new ErpError('throttled', `Several workers push the order ${onceKey} at once.`, { retryAfter: 5 })
}

const isOpen = (sale: Sale) => sale.state === 'draft' || sale.state === 'quotation'

/** False = it can't be any more: it was confirmed meanwhile. */
async function remove({ client }: TrytonConnection, id: number): Promise<boolean> {
  try {
    await client.call('sale.sale.delete', [[id]])
    return true
  } catch (error) {
    if (error instanceof TrytonFault && error.kind === 'refused') return false
    throw error
  }
}

/** Quotes and confirms a sale, as far as the settings say and Tryton lets it. */
export async function goOn(
  connection: TrytonConnection,
  sale: Sale,
  notes: string[],
  created: boolean,
  signal?: AbortSignal,
): Promise<ErpOrderReceipt> {
  const { config } = connection
  const said = [...notes]
  if (sale.state === 'draft') said.push(...(await press(connection, 'quote', sale.id, signal)))
  if (config.confirmOrders && isOpen(sale)) {
    try {
      said.push(...(await press(connection, 'confirm', sale.id, signal)))
    } catch (error) {
      if (!(error instanceof TrytonFault) || error.kind !== 'refused' || config.notConfirmed === 'refuse') throw error
      said.push(`Tryton does not confirm the order: ${error.words}`)
    }
  }
  const now = await needSale(connection, sale.id, signal)
  // A button that does not fit the state is ignored without a word.
  if (now.state === 'draft') throw new ErpError('refused', `Tryton leaves the order ${now.id} a draft.`)
  return { ...receiptOf(connection, now, said), created }
}

export function receiptOf({ config }: TrytonConnection, sale: Sale, notes: string[]): ErpOrderReceipt {
  return {
    erpId: String(sale.id),
    number: sale.number,
    created: false,
    state: orderState(sale, config),
    netAmount: sale.untaxed_amount,
    notes,
  }
}

/** Presses a button of sale.sale. Its warnings are answered as the settings say; those answered yes are given back. */
export async function press(
  { client, config }: TrytonConnection,
  button: 'quote' | 'confirm' | 'draft' | 'cancel',
  id: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const accepted: string[] = []
  for (;;) {
    try {
      await client.call(`sale.sale.${button}`, [[id]], { signal })
      return accepted
    } catch (error) {
      const asks = error instanceof TrytonFault && error.warning !== undefined && config.warnings === 'accept'
      // Each has its own name; more than a few are something else.
      if (!asks || accepted.length === 10) throw error
      const { userId } = await client.session(signal)
      const yes = { user: userId, name: error.warning, always: false }
      await client.call('res.user.warning.create', [[yes]], { signal })
      accepted.push(`Accepted in Tryton: ${error.words}`)
    }
  }
}

/** Throws ErpError `refused` when there is none. */
export async function needSale(connection: TrytonConnection, id: number, signal?: AbortSignal): Promise<Sale> {
  const [sale] = await connection.client.read<Sale>('sale.sale', [['id', '=', id]], saleFields, { signal })
  if (!sale) throw new ErpError('refused', `Tryton has no sale with the id ${id}.`)
  return sale
}
