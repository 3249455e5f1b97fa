// Tries the settings of a connection step by step, and says in words what to do about the first that fails.
import type { CheckResult } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import type { TrytonConnection } from './connection.ts'

type Rights = Record<string, { read: unknown; write: unknown; create: unknown; delete: unknown }>

/** What the hub's user must be able to do, and what for. Where the module is missing, so is the stream's content. */
const needed: { model: string; to: ('read' | 'write' | 'create' | 'delete')[]; what: string; module?: string }[] = [
  { model: 'sale.sale', to: ['read', 'write', 'create', 'delete'], what: 'take orders' },
  { model: 'sale.amendment', to: ['read', 'create'], what: 'change orders being processed', module: 'sale_amendment' },
  { model: 'party.party', to: ['read'], what: 'read customers' },
  { model: 'party.address', to: ['read'], what: 'read addresses' },
  { model: 'product.product', to: ['read'], what: 'find articles' },
  { model: 'product.price_list', to: ['read'], what: 'read prices', module: 'sale_price_list' },
  { model: 'stock.shipment.out', to: ['read'], what: 'read deliveries' },
  { model: 'stock.move', to: ['read'], what: 'read what was delivered' },
  { model: 'stock.package', to: ['read'], what: 'read parcels', module: 'stock_package' },
  { model: 'account.invoice', to: ['read'], what: 'read invoices' },
  { model: 'account.move.line', to: ['read'], what: 'read open items and balances' },
]

/** The buttons it presses; Tryton lets only certain groups press them. */
const buttons: Record<string, string[]> = {
  'sale.sale': ['quote', 'confirm', 'draft', 'cancel'],
  'sale.amendment': ['validate_amendment'],
}

/** Modules without which something is missing, and what. */
const useful: Record<string, string> = {
  sale_amendment: 'orders being processed can not be changed or cancelled',
  sale_history: 'deleted orders are not told of',
  account_credit_limit: 'there are no credit limits',
  sale_credit_limit: 'the value of open orders is not known',
  sale_price_list: 'there are list prices only',
  stock_package_shipping: 'parcels have no tracking numbers',
  edocument_unece: 'units and tax categories are guessed',
}

export async function check(connection: TrytonConnection, signal?: AbortSignal): Promise<CheckResult> {
  const { config, client } = connection
  const steps: [name: string, step: () => Promise<string>][] = [
    ['Address', async () => `Tryton ${await client.version(signal)} answers at ${config.url}.`],
    ['Login', () => logIn(connection, signal)],
    ['Company', async () => companyText(connection)],
    ['Modules', () => checkModules(connection)],
    ['Rights', () => checkRights(connection, signal)],
  ]
  const results: CheckResult['steps'] = []
  for (const [name, step] of steps) {
    try {
      results.push({ name, ok: true, message: await step() })
    } catch (error) {
      if (!(error instanceof ErpError)) throw error
      results.push({ name, ok: false, message: error.message })
      return { ok: false, message: error.message, steps: results }
    }
  }
  const { name } = await connection.company()
  return { ok: true, message: `Tryton takes orders for "${name}".`, steps: results }
}

async function logIn({ client, config }: TrytonConnection, signal?: AbortSignal): Promise<string> {
  await client.session(signal)
  return `"${config.user}" is logged in to the database "${config.database}".`
}

async function companyText(connection: TrytonConnection): Promise<string> {
  const { name, currency } = await connection.company()
  return `The user works for "${name}", which keeps its books in ${currency}.`
}

async function checkModules(connection: TrytonConnection): Promise<string> {
  if (!(await connection.has('sale')))
    throw new ErpError('refused', 'The module "sale" is not activated in Tryton: there are no orders to take.')
  const missing: string[] = []
  for (const [module, without] of Object.entries(useful))
    if (!(await connection.has(module))) missing.push(`without ${module} ${without}`)
  return missing.length === 0 ? 'All modules that the hub can use are there.' : `${sentence(missing.join('; '))}.`
}

async function checkRights(connection: TrytonConnection, signal?: AbortSignal): Promise<string> {
  const asked = []
  for (const right of needed) if (!right.module || (await connection.has(right.module))) asked.push(right)
  const models = asked.map((right) => right.model)
  const rights = await connection.client.call<Rights>('ir.model.access.get_access', [models], { signal })
  const missing = asked.flatMap(({ model, to, what }) => {
    const lacks = to.filter((mode) => !rights[model]?.[mode])
    return lacks.length === 0 ? [] : [`${lacks.join(', ')} on ${model} (to ${what})`]
  })
  missing.push(...(await lockedButtons(connection, signal)))
  if (missing.length > 0)
    throw new ErpError(
      'refused',
      `The user "${connection.config.user}" lacks rights in Tryton: ${missing.join('; ')}. Put it into a group that has them.`,
    )
  return 'The user has the rights it needs.'
}

async function lockedButtons({ client }: TrytonConnection, signal?: AbortSignal): Promise<string[]> {
  const { userId } = await client.session(signal)
  const [user] = await client.read<{ groups: number[] }>('res.user', [['id', '=', userId]], ['groups'], { signal })
  const own = new Set(user?.groups)
  type Button = { name: string; model: { model: string }; groups: number[] }
  const domain = [['model.model', 'in', Object.keys(buttons)]]
  const known = await client.read<Button>('ir.model.button', domain, ['name', 'model.model', 'groups'], { signal })
  return known
    .filter(({ name, model, groups }) => {
      const pressed = buttons[model.model]?.includes(name)
      return pressed && groups.length > 0 && !groups.some((group) => own.has(group))
    })
    .map(({ name, model }) => `the button ${name} of ${model.model}`)
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
