// Budgets as people of the customer see them: how much of each is spent, reserved and left, and the ledger of one.
import { addDecimals, compareDecimals, divideDecimals, multiplyDecimals } from '../money.ts'
import type { Budget, BudgetEntry, BudgetPeriod } from './member-client.ts'
import { dateOf, moneyOf, timeOf } from './order-words.ts'
import type { Shop } from './storefront-pages.tsx'

export function BudgetsPage({ shop, budgets }: { shop: Shop; budgets: Budget[] }) {
  return (
    <div className="stack">
      <div>
        <h1>Budgets</h1>
        <p className="lead">
          One ledger for what is bought here and what comes from a procurement system: carts and requisitions reserve,
          orders spend.
        </p>
      </div>
      {budgets.length === 0 && <p className="note">There is no budget that you may see.</p>}
      {budgets.map((budget) => (
        <section key={budget.id} className="card" aria-labelledby={`b-${budget.id}`}>
          <h2 id={`b-${budget.id}`}>
            <a href={`${shop.base}/budgets/${budget.id}`}>{budget.name}</a>
          </h2>
          <Standing budget={budget} />
        </section>
      ))}
    </div>
  )
}

const OVER: Record<string, string> = {
  block: 'Over it nothing passes.',
  ask: 'Over it somebody has to agree.',
  warn: 'Over it the hub only says so.',
}
const KINDS: Record<string, string> = { account: 'Whole company', 'cost-centre': 'Cost centre', project: 'Project' }

function Standing({ budget }: { budget: Budget }) {
  const { currency, kind, code, over, periods } = budget
  const [period] = periods
  return (
    <>
      <p className="soft small">
        {[KINDS[kind] ?? 'One person', code].filter(Boolean).join(' ')}
        {period && `, from ${dateOf(period.startsOn)}`}. {OVER[over]}
      </p>
      {period && <Bar period={period} />}
      {period && (
        <dl className="figures">
          <Figure mark="committed" name="Spent" amount={moneyOf(period.committed, currency)} />
          <Figure mark="reserved" name="Reserved" amount={moneyOf(period.reserved, currency)} />
          <Figure mark="available" name="Available" amount={moneyOf(period.available, currency)} />
          <Figure name="Given" amount={moneyOf(period.allocated, currency)} />
        </dl>
      )}
    </>
  )
}

function Figure({ mark, name, amount }: { mark?: string; name: string; amount: string }) {
  return (
    <div>
      <dt>
        {mark && <span className={`dot ${mark}`} aria-hidden="true" />}
        {name}
      </dt>
      <dd>{amount}</dd>
    </div>
  )
}

/** Of what is given; where more is claimed, of what is claimed. */
function Bar({ period: { allocated, committed, reserved } }: { period: BudgetPeriod }) {
  const claimed = addDecimals(committed, reserved)
  const whole = compareDecimals(claimed, allocated) > 0 ? claimed : allocated
  const percent = (amount: string) =>
    compareDecimals(whole, '0') > 0 ? divideDecimals(multiplyDecimals(amount, '100'), whole, 2) : '0'
  const [spent, held] = [percent(committed), percent(reserved)]
  return (
    <svg
      className="budget"
      viewBox="0 0 100 3"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${spent} % spent, ${held} % reserved`}
    >
      <rect className="available" width="100" height="3" />
      <rect className="reserved" width={addDecimals(spent, held)} height="3" />
      <rect className="committed" width={spent} height="3" />
    </svg>
  )
}

const ENTRIES: Record<string, string> = {
  allocate: 'given',
  transfer: 'moved',
  reserve: 'reserved',
  commit: 'spent',
  release: 'set free',
  refund: 'given back',
  adjust: 'corrected',
  carryover: 'carried over',
}
const SPENDERS: Record<string, string> = { punchout: 'Cart of a punchout', requisition: 'Requisition', order: 'Order' }

export function BudgetPage({ shop, budget, entries }: { shop: Shop; budget: Budget; entries: BudgetEntry[] }) {
  return (
    <div className="stack">
      <div>
        <p className="small">
          <a href={`${shop.base}/budgets`}>← Budgets</a>
        </p>
        <h1>{budget.name}</h1>
      </div>
      <section className="card" aria-label="How it stands">
        <Standing budget={budget} />
      </section>
      <div className="table">
        <table className="fold">
          <caption>Ledger, newest first</caption>
          <thead>
            <tr>
              <th>What</th>
              <th>When</th>
              <th className="number">Given</th>
              <th className="number">Reserved</th>
              <th className="number">Spent</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td className="lead-cell">
                  <Spender shop={shop} entry={entry} />{' '}
                  <span className="badge">{ENTRIES[entry.kind] ?? entry.kind}</span>
                  {entry.note && <span className="small soft">{entry.note.replace(/ [0-9a-f-]{36}/, '')}</span>}
                </td>
                <td className="nowrap lead-cell soft">{timeOf(entry.at)}</td>
                {(['allocated', 'reserved', 'committed'] as const).map((name) => (
                  <td key={name} className="number" data-label={LABELS[name]}>
                    {signed(entry[name], entry.currency)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

const LABELS = { allocated: 'Given', reserved: 'Reserved', committed: 'Spent' }

function signed(amount: string, currency: string): string {
  const sign = compareDecimals(amount, '0')
  if (sign === 0) return '–'
  return `${sign > 0 ? '+' : '−'} ${moneyOf(amount.replace(/^-/, ''), currency)}`
}

function Spender({ shop, entry: { spenderKind, spenderId } }: { shop: Shop; entry: BudgetEntry }) {
  if (!spenderKind || !spenderId) return <>Budget</>
  const words = SPENDERS[spenderKind] ?? spenderKind
  const page = { order: 'orders', requisition: 'requisitions' }[spenderKind]
  return page ? <a href={`${shop.base}/${page}/${spenderId}`}>{words}</a> : words
}
