// Tries the settings against SAP, step by step, and says in an admin's words what is missing.
import type { CheckResult } from '../connector.ts'
import { ErpError } from '../erp-error.ts'
import { api } from './api-names.ts'
import { salesAreaCurrencies } from './customers.ts'
import type { ODataV2 } from './odata-v2.ts'
import { ONCE_KEY_FIELD } from './orders.ts'
import type { S4Settings } from './settings.ts'

type Step = CheckResult['steps'][number]

/** What each API is needed for; one row of each is read. */
const READS = [
  { name: 'Sales orders', of: api.salesOrders, set: 'A_SalesOrder', select: `SalesOrder,${ONCE_KEY_FIELD}` },
  { name: 'Customers', of: api.partners, set: 'A_BusinessPartner', select: 'BusinessPartner,Customer' },
  { name: 'Deliveries', of: api.deliveries, set: 'A_OutbDeliveryHeader', select: 'DeliveryDocument' },
  { name: 'Billing documents', of: api.billing, set: 'A_BillingDocument', select: 'BillingDocument' },
  { name: 'Open items', of: api.journal, set: 'A_OperationalAcctgDocItemCube', select: 'AccountingDocument' },
  { name: 'Credit limits', of: api.credit, set: 'CreditManagementAccount', select: 'BusinessPartner' },
]

/** Never throws. Stops at the first step where SAP can't be reached or the login fails. */
export async function checkS4(odata: ODataV2, settings: S4Settings, signal?: AbortSignal): Promise<CheckResult> {
  const [first, ...others] = READS.map(
    ({ name, of, set, select }) =>
      () =>
        step(name, async () => {
          await odata.list(of, set, { select, top: 1 }, signal)
          return `${of} can be read.`
        }),
  )
  const steps = first ? [await first()] : []
  if (steps.some((each) => each.hopeless)) return resultOf(steps)
  const writing = () =>
    step('Changes', async () => {
      await odata.prepareChanges(api.salesOrders)
      return 'SAP gives out a token for changes.'
    })
  const salesArea = () =>
    step('Sales area', async () => {
      const area = `${settings.salesOrganization}/${settings.distributionChannel}/${settings.division}`
      const customers = await salesAreaCurrencies(odata, settings, { top: 1 }, signal)
      if (customers.size === 0)
        throw new ErpError('refused', `There is no customer in sales area ${area}. Is it the right one?`)
      return `Sales area ${area} has customers.`
    })
  return resultOf([...steps, ...(await Promise.all([writing, salesArea, ...others].map((run) => run())))])
}

async function step(name: string, work: () => Promise<string>): Promise<Step & { hopeless?: boolean }> {
  try {
    return { name, ok: true, message: await work() }
  } catch (error) {
    const hopeless = error instanceof ErpError && error.kind !== 'refused'
    return { name, ok: false, message: (error as Error).message, hopeless }
  }
}

function resultOf(steps: (Step & { hopeless?: boolean })[]): CheckResult {
  const failed = steps.filter((each) => !each.ok)
  const message =
    failed.length === 0
      ? 'SAP can be reached, and everything the hub needs can be read.'
      : failed.map((each) => `${each.name}: ${each.message}`).join(' ')
  return {
    ok: failed.length === 0,
    message,
    steps: steps.map(({ name, ok, message: said }) => ({ name, ok, message: said })),
  }
}
