// The people at the ERP: what they do in Tryton's own client, over the same JSON-RPC, in words of their own and not the connector's.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErpPeople } from '../contract.ts'
import { type TrytonServer, world } from './server.ts'

type Values = Record<string, unknown>
export interface Desk {
  /** `model.sale.sale.quote`; the context goes last by itself. */
  call<T = unknown>(method: string, ...args: unknown[]): Promise<T>
  context: Values
  userId: number
}

/** Logs somebody in. Throws `HTTP 401` and the like, else Tryton's own words. */
export async function sitDown(
  server: TrytonServer,
  login: 'admin' | 'clerk' | 'hub',
  password?: string,
): Promise<Desk> {
  let authorization: string | undefined
  const post = async <T>(method: string, params: unknown[]): Promise<T> => {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      ...(authorization && { authorization }),
    }
    const body = JSON.stringify({ id: 0, method, params })
    const response = await fetch(`${server.url}/${server.database}/`, { method: 'POST', headers, body })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    const answer = (await response.json()) as { error?: unknown; result: T }
    if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`)
    return answer.result
  }
  const desk: Desk = {
    context: {},
    userId: 0,
    call: (method, ...args) => post(method, [...args, desk.context]),
  }
  const open = async () => {
    authorization = undefined
    const words = [login, { password: password ?? world.users[login].password }, 'en']
    const [userId, key] = await post<[number, string]>('common.db.login', words)
    authorization = `Session ${Buffer.from(`${login}:${userId}:${key}`).toString('base64')}`
    desk.userId = userId
    desk.context = await post('model.res.user.get_preferences', [true, {}])
  }
  await open()
  return {
    ...desk,
    get context() {
      return desk.context
    },
    // Some wizards want a login that is no older than five minutes.
    async call<T>(method: string, ...args: unknown[]) {
      if (method.endsWith('.pay.create')) await open()
      return desk.call<T>(method, ...args)
    },
  }
}

export const decimal = (text: string) => ({ __class__: 'Decimal', decimal: text })
const today = () => {
  const [year, month, day] = new Date().toISOString().slice(0, 10).split('-').map(Number)
  return { __class__: 'date', year, month, day }
}

/** What the clerk does all day. Everything else about Tryton (queues, numbers) happens by itself. */
export function makeOffice(clerk: Desk) {
  const idsOf = (model: string, ...domain: unknown[]) =>
    clerk.call<number[]>(`model.${model}.search`, domain, 0, null, [['id', 'ASC']])
  const idOf = async (model: string, ...domain: unknown[]) => (await idsOf(model, ...domain))[0] as number
  const read = async <T>(model: string, id: number, ...fields: string[]) =>
    (await clerk.call<T[]>(`model.${model}.read`, [id], fields))[0] as T

  async function enterOrder({ customerNumber, lines }: Parameters<NonNullable<ErpPeople['enterOrder']>>[0]) {
    const party = await idOf('party.party', ['code', '=', customerNumber])
    const start = {
      company: clerk.context.company,
      party,
      currency: await idOf('currency.currency', ['code', '=', 'EUR']),
    }
    const onChange = async (model: string, values: Values, field: string) => {
      const [filled] = await clerk.call<Values[]>(`model.${model}.on_change`, values, [field])
      return Object.fromEntries(Object.entries(filled ?? {}).filter(([name]) => !name.endsWith('.')))
    }
    // "No freight": the form would add some for the customer's carrier.
    const header: Values = { ...start, ...(await onChange('sale.sale', start, 'party')), shipment_cost_method: null }
    const rows: Values[] = []
    for (const { itemNumber, quantity } of lines) {
      const product = await idOf('product.product', ['code', '=', itemNumber])
      const asked = { product, quantity: Number(quantity), sale: { id: -1, ...header } }
      const { unit, unit_price, taxes } = await onChange('sale.line', asked, 'product')
      const add = (taxes as { add: [number, { id: number }][] }).add.map(([, tax]) => tax.id)
      rows.push({ product, quantity: Number(quantity), unit, unit_price, taxes: [['add', add]] })
    }
    const [id] = await clerk.call<number[]>('model.sale.sale.create', [{ ...header, lines: [['create', rows]] }])
    await clerk.call('model.sale.sale.quote', [id])
    return { erpId: String(id) }
  }

  async function confirm(orderId: string) {
    const id = Number(orderId)
    await clerk.call('model.sale.sale.quote', [id])
    await clerk.call('model.sale.sale.confirm', [id])
  }

  /** Reserves and picks what is wanted, packs it into one parcel, and sends it. */
  async function ship(orderId: string, { lines, carrier, tracking }: Parameters<NonNullable<ErpPeople['ship']>>[1]) {
    const { shipments } = await read<{ shipments: number[] }>('sale.sale', Number(orderId), 'shipments')
    const open = await idOf('stock.shipment.out', ['id', 'in', shipments], ['state', 'in', ['draft', 'waiting']])
    const byCarrier = await idOf('carrier', ['party.name', '=', carrier])
    if (byCarrier) await clerk.call('model.stock.shipment.out.write', [open], { carrier: byCarrier })
    if (lines) await keepOnly(open, lines)
    await clerk.call('model.stock.shipment.out.assign_try', [open])
    await clerk.call('model.stock.shipment.out.pick', [open])
    const moves = await idsOf(
      'stock.move',
      ['shipment', '=', `stock.shipment.out,${open}`],
      ['to_location.type', '=', 'customer'],
    )
    const full = await idsOf('stock.move', ['id', 'in', moves], ['quantity', '>', 0])
    const parcel = {
      type: await idOf('stock.package.type', ['name', '=', world.packageType]),
      shipment: `stock.shipment.out,${open}`,
      moves: [['add', full]],
      shipping_reference: tracking,
    }
    await clerk.call('model.stock.package.create', [parcel])
    await clerk.call('model.stock.shipment.out.pack', [open])
    await clerk.call('model.stock.shipment.out.done', [open])
    const { state } = await read<{ state: string }>('stock.shipment.out', open, 'state')
    if (state !== 'done') throw new Error(`Shipment ${open} is ${state}`)
    return { erpId: String(open) }
  }

  /** Takes the rest off the picking list: it stays to be delivered. */
  async function keepOnly(shipment: number, lines: { lineNumber: number; quantity: string }[]) {
    type Picked = { id: number; origin: string }
    const { inventory_moves } = await read<{ inventory_moves: number[] }>(
      'stock.shipment.out',
      shipment,
      'inventory_moves',
    )
    const picks = await clerk.call<Picked[]>('model.stock.move.read', inventory_moves, ['origin'])
    for (const { id, origin } of picks) {
      const outgoing = await read<{ origin: string }>('stock.move', Number(origin.split(',')[1]), 'origin')
      const line = await read<{ sequence: number }>('sale.line', Number(outgoing.origin.split(',')[1]), 'sequence')
      const quantity = Number(lines.find((wanted) => wanted.lineNumber === line.sequence)?.quantity ?? 0)
      await clerk.call('model.stock.move.write', [id], { quantity })
    }
  }

  async function invoice(orderId: string) {
    const { invoices } = await read<{ invoices: number[] }>('sale.sale', Number(orderId), 'invoices')
    const id = await idOf('account.invoice', ['id', 'in', invoices], ['state', '=', 'draft'])
    await clerk.call('model.account.invoice.post', [id])
    return { erpId: String(id) }
  }

  const runWizard = async (name: string, model: string, id: number, steps: [state: string, values: Values][]) => {
    const context = { ...clerk.context, active_model: model, active_id: id, active_ids: [id] }
    const wizard = { ...clerk, context }
    const call = async <T>(method: string, ...args: unknown[]) => {
      const [own, before] = [wizard.context, clerk.context]
      Object.assign(before, own)
      try {
        return await clerk.call<T>(`wizard.${name}.${method}`, ...args)
      } finally {
        for (const key of ['active_model', 'active_id', 'active_ids']) delete before[key]
      }
    }
    const [session] = await call<[number]>('create')
    for (const [state, values] of steps) await call('execute', session, values, state)
    await call('delete', session)
  }

  async function creditNote(invoiceId: string) {
    const id = Number(invoiceId)
    const before = await idsOf('account.invoice')
    const start = { start: { with_refund: false, with_refund_allowed: true, invoice_date: today() } }
    await runWizard('account.invoice.credit', 'account.invoice', id, [['credit', start]])
    const [made] = (await idsOf('account.invoice')).filter((other) => !before.includes(other))
    await clerk.call('model.account.invoice.post', [made])
    return { erpId: String(made) }
  }

  async function pay(invoiceId: string, amount?: string) {
    const id = Number(invoiceId)
    type Open = { amount_to_pay: { decimal: string }; currency: number; company: number; account: number }
    const open = await read<Open>('account.invoice', id, 'amount_to_pay', 'currency', 'company', 'account')
    const start = {
      amount: decimal(amount ?? open.amount_to_pay.decimal),
      currency: open.currency,
      currency_digits: 2,
      company: open.company,
      invoice_account: open.account,
      description: 'Bank statement',
      payment_method: await idOf('account.invoice.payment.method', ['name', '=', 'Bank']),
      date: today(),
    }
    const steps: [string, Values][] = [['choice', { start }]]
    if (amount) steps.push(['pay', { start, ask: { type: 'partial', lines: [], payment_lines: [] } }])
    await runWizard('account.invoice.pay', 'account.invoice', id, steps)
  }

  return {
    idsOf,
    idOf,
    read,
    enterOrder,
    confirm,
    ship,
    invoice,
    creditNote,
    pay,
    async changeCredit(customerNumber: string, { limit }: { limit?: string }) {
      const party = await idOf('party.party', ['code', '=', customerNumber])
      if (limit) await clerk.call('model.party.party.write', [party], { credit_limit_amount: decimal(limit) })
    },
    async deleteOrder(orderId: string) {
      await clerk.call('model.sale.sale.cancel', [Number(orderId)])
      await clerk.call('model.sale.sale.delete', [Number(orderId)])
    },
    async touchOrder(orderId: string) {
      await clerk.call('model.sale.sale.write', [Number(orderId)], { comment: `Looked at again, ${Math.random()}` })
      await sleep(5)
    },
    countByOnceKey: async (onceKey: string) =>
      (await idsOf('sale.sale', ['description', 'like', `hub % ${onceKey}`])).length,
  }
}
