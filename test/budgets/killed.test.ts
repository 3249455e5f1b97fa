// A process that spends is killed (kill -9) while it does: the ledger holds all of a spend or nothing of it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditLedger } from '../../src/budgets/audit-ledger.ts'
import { compileTree, startChild } from '../support/child.ts'
import { addBudget, type LedgerSite, startLedgerSite } from './ledger-site.ts'

let site: LedgerSite
beforeAll(async () => {
  site = await startLedgerSite()
})
afterAll(() => site?.close())

it('edge case 1: a process killed in the middle leaves the ledger whole', async () => {
  const budget = await addBudget(site, { amount: '100000' })
  const compiled = await compileTree()
  try {
    for (const wait of [40, 90, 160]) {
      const who = [site.seller, site.department]
      const child = startChild(compiled, 'test/budgets/spender-program.js', who, { env: { DATABASE_URL: site.url } })
      await child.line('spent ')
      await new Promise((done) => setTimeout(done, wait))
      await child.kill()
      expect(await auditLedger(site.db, site.seller)).toEqual([])
    }
    const spent = await site.db('budget_claims').where({ budget_id: budget.id }).count({ n: '*' }).first()
    expect(Number(spent?.n)).toBeGreaterThan(2)
  } finally {
    await compiled.remove()
  }
}, 60_000)
