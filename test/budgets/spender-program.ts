// Spends without end, several transactions at once, until it is killed. Arguments: seller, account.
import { randomUUID } from 'node:crypto'
import { reserveBudget } from '../../src/budgets/reserve-budget.ts'
import { commitBudget, refundBudget } from '../../src/budgets/settle-budget.ts'
import { makeDatabase } from '../../src/database/database.ts'

const [sellerId = '', accountId = ''] = process.argv.slice(2)
const db = makeDatabase(process.env.DATABASE_URL ?? '', { poolSize: 6 })
const stamp = () => ({ at: new Date('2026-03-10T09:00:00Z'), newId: () => randomUUID() })

async function spend(): Promise<never> {
  for (;;) {
    const order = { kind: 'order', id: randomUUID() } as const
    const amounts = { net: '3', tax: '0', shipping: '0' }
    const who = { accountId, membershipId: null, costCentre: null, project: null, currency: 'EUR' }
    await db.transaction(async (trx) => {
      const charges = [{ ...who, amounts }]
      const spend = { sellerId, spender: order, charges, at: stamp().at, mode: 'enforce' } as const
      await reserveBudget(trx, spend, stamp())
    })
    await db.transaction(async (trx) => {
      await commitBudget(trx, order, stamp())
      await refundBudget(trx, { order, key: 'credit', amounts: { ...amounts, net: '1' } }, stamp())
    })
    process.stdout.write(`spent ${order.id}\n`)
  }
}

await Promise.all([spend(), spend(), spend(), spend()])
