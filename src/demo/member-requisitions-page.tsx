// Requisitions of buyers without punchout: the list, and one of them with whom it waits for and why.
import { chargeOf, LineTable } from './member-cart-page.tsx'
import type { MemberRequisition, RequisitionSummary, Why } from './member-client.ts'
import { moneyOf, timeOf } from './order-words.ts'
import { Paging } from './orders-page.tsx'
import type { Shop } from './storefront-pages.tsx'

const STATES: Record<string, [text: string, tone: string]> = {
  draft: ['not asked for yet', 'warn'],
  pending: ['waits for approval', 'warn'],
  approved: ['approved, being ordered', 'good'],
  ordered: ['ordered', 'good'],
  rejected: ['rejected', 'bad'],
  changes_requested: ['sent back to you', 'warn'],
  withdrawn: ['withdrawn', ''],
  expired: ['ran out', 'bad'],
}

function State({ name }: { name: string }) {
  const [text, tone] = STATES[name] ?? [name, '']
  return <span className={`badge ${tone}`.trim()}>{text}</span>
}

interface ListProps {
  shop: Shop
  page: { items: RequisitionSummary[]; next: string | null }
  cursor: string
}

export function RequisitionsPage({ shop, page, cursor }: ListProps) {
  const all = `${shop.base}/requisitions`
  return (
    <div className="stack">
      <h1>Requisitions</h1>
      {page.items.length === 0 ? (
        <p className="note">
          Nothing was asked for yet. <a href={shop.base}>To the catalogue</a>
        </p>
      ) : (
        <div className="table">
          <table className="fold">
            <thead>
              <tr>
                <th>Number</th>
                <th>State</th>
                <th>Made</th>
                <th className="number">Net</th>
              </tr>
            </thead>
            <tbody>
              {page.items.map((r) => (
                <tr key={r.id}>
                  <td className="lead-cell">
                    <a href={`${all}/${r.id}`}>{r.number}</a>
                  </td>
                  <td>
                    <State name={r.state} />
                  </td>
                  <td className="nowrap hide">{timeOf(r.createdAt)}</td>
                  <td className="number">{moneyOf(r.netAmount, r.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Paging all={all} parameters={{}} cursor={cursor} next={page.next} />
    </div>
  )
}

interface OneProps {
  shop: Shop
  requisition: MemberRequisition
  why: Why | null
  /** What the hub said to the last submit. */
  problem: string | null
}

export function RequisitionPage({ shop, requisition, why, problem }: OneProps) {
  const { number, state, message } = requisition
  const page = `${shop.base}/requisitions/${requisition.id}`
  const open = state === 'draft' || state === 'changes_requested'
  const saying = problem ?? message
  return (
    <div className="stack">
      <div>
        <p className="small">
          <a href={`${shop.base}/requisitions`}>← Requisitions</a>
        </p>
        <h1>
          Requisition {number} <State name={state} />
        </h1>
      </div>
      {saying && (
        <p className={`note ${problem ? 'bad' : 'warn'}`} role={problem ? 'alert' : undefined}>
          {saying}
        </p>
      )}
      {requisition.orderId && (
        <div className="note good">
          <h2>It is order {requisition.poNumber}</h2>
          <p>
            <a href={`${shop.base}/orders/${requisition.orderId}`}>Follow the order</a>: the ERP confirms, ships and
            invoices it.
          </p>
        </div>
      )}
      {why && <Approval why={why} waits={state === 'pending'} />}
      {(open || state === 'pending') && (
        <div className="actions">
          {open && (
            <form method="post" action={`${page}/submit`}>
              <button className="button" type="submit">
                Ask again
              </button>
            </form>
          )}
          <form method="post" action={`${page}/take-back`}>
            <button className="button quiet" type="submit">
              Take it back into the cart
            </button>
          </form>
        </div>
      )}
      <LineTable shop={shop} cart={requisition} />
      <Delivery requisition={requisition} />
      <section className="card" aria-labelledby="happened">
        <h2 id="happened">What happened</h2>
        <ol className="timeline">
          {requisition.events.map((event) => (
            <li key={event.id}>
              <span className="when">{timeOf(event.at)}</span>
              {EVENTS[event.kind] ?? event.kind.replaceAll('_', ' ')}
            </li>
          ))}
        </ol>
      </section>
    </div>
  )
}

const EVENTS: Record<string, string> = {
  drafted: 'Made of your cart',
  submitted: 'Asked for; its money is reserved',
  edited: 'Changed',
  approved: 'Approved',
  ordered: 'Ordered',
  rejected: 'Rejected; its money is free again',
  changes_requested: 'Sent back for changes',
  withdrawn: 'Withdrawn; its money is free again',
  expired: 'Ran out; its money is free again',
}

const list = new Intl.ListFormat('en', { type: 'disjunction' })

function Approval({ why, waits }: { why: Why; waits: boolean }) {
  const open = why.steps.filter((s) => s.state === 'open')
  const asks = why.rules.filter((r) => r.matched && r.effect === 'steps')
  return (
    <section className={`note ${waits ? 'warn' : ''}`.trim()} aria-labelledby="approval">
      <h2 id="approval">
        {waits ? `Waits for ${list.format(open.flatMap((s) => s.deciders.map((d) => d.name)))}` : 'Approval'}
      </h2>
      {asks.length === 0 && <p>Nobody has to agree.</p>}
      {asks.map((rule) => (
        <p key={rule.rule}>
          <b>{rule.rule}</b>
          {/* Over which budget, and by how much, is said above. */}
          {!rule.why.startsWith('budget ') && <span className="small soft">: {rule.why}</span>}
        </p>
      ))}
      {waits && (
        <p className="small">
          They decide at <a href="/approvals">their approvals</a>, or by the link in the mail:{' '}
          <a href="/demo/mail">mailbox of the demo</a>. This page looks again by itself.
        </p>
      )}
    </section>
  )
}

function Delivery({ requisition }: { requisition: MemberRequisition }) {
  const { shipTo, comments } = requisition
  const { costCentre, project } = chargeOf(requisition)
  const facts = {
    'Cost centre': costCentre,
    Project: project,
    'Ship to': shipTo && [shipTo.name, ...(shipTo.street ?? []), shipTo.city].filter(Boolean).join(', '),
    Comments: comments,
  }
  const said = Object.entries(facts).filter(([, value]) => value)
  if (said.length === 0) return null
  return (
    <dl className="card">
      {said.map(([name, value]) => (
        <div className="row" key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
