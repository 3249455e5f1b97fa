// Changing and cancelling. Up to the quotation a sale is taken back to a draft and rewritten. One that is being processed is changed
// by an amendment (module sale_amendment), as long as nothing of it was picked or invoiced; all quantities zero is how it ends.
import type { ErpOrderDraft, ErpOrderReceipt, ErpOrderRef } from '../connector.ts'
import { compare } from '../decimal.ts'
import { ErpError } from '../erp-error.ts'
import { TrytonFault } from './answers.ts'
import type { TrytonConnection } from './connection.ts'
import { orderState } from './order-state.ts'
import { readDescription, type SaleDraft, saleDraft } from './sale-draft.ts'
import { goOn, needSale, press, receiptOf, type Sale } from './take-order.ts'
import { decimal, type Wire } from './values.ts'

interface Line {
  id: number
  sequence: number | null
  product: number | null
  quantity: number
  unit: number
  unit_price: string
  description: string | null
  taxes: number[]
}
const lineFields = ['sequence', 'product', 'quantity', 'unit', 'unit_price', 'description', 'taxes']

/** Brings the sale to the draft. Throws ErpError `refused` with the reason when Tryton can no longer change it. */
export async function changeOrder(
  connection: TrytonConnection,
  ref: ErpOrderRef,
  draft: ErpOrderDraft,
  signal?: AbortSignal,
): Promise<ErpOrderReceipt> {
  const sale = await needSale(connection, idOf(ref), signal)
  const { state } = sale
  if (state === 'done' || state === 'cancelled' || orderState(sale, connection.config) === 'cancelled')
    throw new ErpError('refused', `The order ${nameOf(sale)} is ${state} in Tryton; it can't be changed any more.`)
  const target = await saleDraft(connection, draft, readDescription(sale.description)?.onceKey, signal)
  if (state === 'processing') return amendTo(connection, sale, target)
  await rewrite(connection, sale, target)
  return goOn(connection, await needSale(connection, sale.id), target.notes, false)
}

/** Cancels the sale; one that is cancelled already is left alone. Throws ErpError `refused` with the reason when it's too late. */
export async function cancelOrder(
  connection: TrytonConnection,
  ref: ErpOrderRef,
  reason: string,
  signal?: AbortSignal,
): Promise<void> {
  const { client, config } = connection
  const sale = await needSale(connection, idOf(ref), signal)
  if (orderState(sale, config) === 'cancelled') return
  if (sale.state === 'done')
    throw new ErpError('refused', `The order ${nameOf(sale)} is done in Tryton; it can't be cancelled any more.`)
  if (sale.state === 'processing') {
    const lines = await linesOf(connection, sale.id)
    await amend(
      connection,
      sale,
      lines.map((line) => amendment(line, { quantity: 0 })),
    )
  } else {
    if (sale.state === 'confirmed') await press(connection, 'draft', sale.id)
    await press(connection, 'cancel', sale.id)
  }
  const now = await needSale(connection, sale.id)
  if (orderState(now, config) !== 'cancelled')
    throw new ErpError(
      'refused',
      `The order ${nameOf(sale)} is ${now.state} in Tryton; it can't be cancelled any more.`,
    )
  const [{ comment } = {}] = await client.read<{ comment: string | null }>(
    'sale.sale',
    [['id', '=', sale.id]],
    ['comment'],
  )
  const words = [comment, `Cancelled by the buyer: ${reason}`].filter(Boolean).join('\n')
  await client.call('sale.sale.write', [[sale.id], { comment: words }]).catch((error) => {
    // Cancelled it is, with or without the reason beside it.
    if (!(error instanceof TrytonFault)) throw error
  })
}

function idOf({ erpId }: ErpOrderRef): number {
  const id = Number(erpId)
  if (!Number.isSafeInteger(id) || id <= 0) throw new ErpError('refused', `Tryton has no sale with the id ${erpId}.`)
  return id
}
const nameOf = (sale: Sale) => sale.number ?? String(sale.id)

function linesOf({ client }: TrytonConnection, sale: number): Promise<Line[]> {
  const own = [
    ['sale', '=', sale],
    ['type', '=', 'line'],
  ]
  return client.read<Line>('sale.line', own, lineFields)
}

async function rewrite(connection: TrytonConnection, sale: Sale, { header, lines }: SaleDraft): Promise<void> {
  if (sale.state !== 'draft') await press(connection, 'draft', sale.id)
  const now = await needSale(connection, sale.id)
  if (now.state !== 'draft')
    throw new ErpError('refused', `The order ${nameOf(sale)} is ${now.state} in Tryton; it can't be changed any more.`)
  const { changed, added, gone } = compareLines(await linesOf(connection, sale.id), lines)
  const values = {
    ...header,
    lines: [
      ...(gone.length > 0 ? [['delete', gone.map((line) => line.id)]] : []),
      ...changed.map(({ line, to }) => [
        'write',
        [line.id],
        { ...to, taxes: [['remove', line.taxes], ...taxesOf(to)] },
      ]),
      ...(added.length > 0 ? [['create', added]] : []),
    ],
  }
  await connection.client.call('sale.sale.write', [[sale.id], values])
}

const taxesOf = (values: Wire) => values.taxes as unknown[]

/** A line is the same when its number and article are. */
function compareLines(lines: Line[], wanted: Wire[]) {
  const same = (line: Line, to: Wire) => line.sequence === to.sequence && line.product === to.product
  return {
    changed: lines.flatMap((line) => {
      const to = wanted.find((values) => same(line, values))
      return to ? [{ line, to }] : []
    }),
    added: wanted.filter((to) => !lines.some((line) => same(line, to))),
    gone: lines.filter((line) => !wanted.some((to) => same(line, to))),
  }
}

async function amendTo(connection: TrytonConnection, sale: Sale, target: SaleDraft): Promise<ErpOrderReceipt> {
  const { changed, added, gone } = compareLines(await linesOf(connection, sale.id), target.lines)
  if (added.length > 0)
    throw new ErpError(
      'refused',
      `The order ${nameOf(sale)} is being processed in Tryton; lines can't be added any more, only changed and taken away.`,
    )
  const lines = [
    ...changed.filter(differs).map(({ line, to }) => amendment(line, to)),
    ...gone.filter((line) => line.quantity !== 0).map((line) => amendment(line, { quantity: 0 })),
  ]
  const { shipment_address, reference, comment } = target.header
  const [places] = await connection.client.read<Record<string, number | null>>(
    'sale.sale',
    [['id', '=', sale.id]],
    ['party', 'invoice_address', 'shipment_party', 'shipment_address'],
  )
  if (places && shipment_address !== places.shipment_address) {
    const { party, invoice_address, shipment_party } = places
    lines.push({ action: 'party', party, invoice_address, shipment_party, shipment_address })
  }
  if (lines.length > 0) await amend(connection, sale, lines)
  await connection.client.call('sale.sale.write', [[sale.id], { reference, comment }])
  return receiptOf(connection, await needSale(connection, sale.id), target.notes)
}

function differs({ line, to }: { line: Line; to: Wire }): boolean {
  const price = (to.unit_price as { decimal: string }).decimal
  return line.quantity !== to.quantity || line.unit !== to.unit || compare(line.unit_price, price) !== 0
}

/** An amendment's line: all of the sale's line, with these values. */
function amendment(line: Line, { quantity, unit, unit_price, description }: Wire): Wire {
  return {
    action: 'line',
    line: line.id,
    product: line.product,
    quantity,
    unit: unit ?? line.unit,
    unit_price: unit_price ?? decimal(line.unit_price),
    description: description ?? line.description,
  }
}

async function amend(connection: TrytonConnection, sale: Sale, lines: Wire[]): Promise<void> {
  const { client } = connection
  if (!(await connection.has('sale_amendment')))
    throw new ErpError(
      'refused',
      `The order ${nameOf(sale)} is being processed in Tryton; without its module sale_amendment only its people can change it.`,
    )
  await expectUntouched(connection, sale)
  const values = { sale: sale.id, description: 'Changed by the buyer', lines: [['create', lines]] }
  const [id] = (await client.call<number[]>('sale.amendment.create', [[values]])) as [number]
  try {
    await client.call('sale.amendment.validate_amendment', [[id]])
  } catch (error) {
    if (error instanceof TrytonFault) await client.call('sale.amendment.delete', [[id]])
    throw error
  }
}

/** Tryton itself would let the quantities fall below what was picked, and credit nothing. */
async function expectUntouched({ client }: TrytonConnection, sale: Sale): Promise<void> {
  type Documents = Record<'shipments' | 'invoices', { number: string | null; state: string }[]>
  const fields = ['shipments.number', 'shipments.state', 'invoices.number', 'invoices.state']
  const [found] = await client.read<Documents>('sale.sale', [['id', '=', sale.id]], fields)
  const moved = found?.shipments.find(({ state }) => !['draft', 'waiting', 'cancelled'].includes(state))
  if (moved)
    throw new ErpError(
      'refused',
      `The order ${nameOf(sale)} is on its way: shipment ${moved.number} is ${moved.state}.`,
    )
  const billed = found?.invoices.find(({ state }) => !['draft', 'cancelled'].includes(state))
  if (billed)
    throw new ErpError('refused', `The order ${nameOf(sale)} is invoiced: ${billed.number} is ${billed.state}.`)
}
