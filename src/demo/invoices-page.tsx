// The storefront's invoices: what the company owes, its credit, and each invoice as PDF and as e-invoice.
import { compareDecimals } from '../money.ts'
import type { Credit, Invoice, PageOf } from './order-client.ts'
import { Freshness, InvoiceFiles, Word } from './order-marks.tsx'
import { dateOf, moneyOf, timeOf } from './order-words.ts'
import { Paging } from './orders-page.tsx'
import type { Shop } from './storefront-pages.tsx'

/** In the order of the links; empty text = all. */
export const invoiceFilters = ['', 'open', 'overdue', 'paid'] as const

interface InvoicesPageProps {
  shop: Shop
  company: string
  state: string
  cursor: string
  page: PageOf<Invoice>
  credit: Credit
}

export function InvoicesPage({ shop, company, state, cursor, page, credit }: InvoicesPageProps) {
  const all = `${shop.base}/invoices`
  return (
    <div className="stack">
      <h1>Invoices</h1>
      <CreditBox company={company} credit={credit} />
      <nav className="chips" aria-label="Which invoices">
        {invoiceFilters.map((name) => (
          <a key={name} href={name ? `${all}?state=${name}` : all} aria-current={name === state ? 'page' : undefined}>
            {name === '' ? 'All' : name === 'open' ? 'Open' : name === 'overdue' ? 'Overdue' : 'Paid'}
          </a>
        ))}
      </nav>
      {page.items.length === 0 ? (
        <p className="note">
          {state === '' && cursor === '' ? (
            <>
              No invoices yet: the first comes when an order has been delivered.{' '}
              <a href={`${shop.base}/orders`}>To the orders</a>
            </>
          ) : (
            <>
              {state === 'overdue' ? 'Nothing is overdue.' : 'There are none of these.'}{' '}
              <a href={all}>Show all invoices</a>
            </>
          )}
        </p>
      ) : (
        <InvoiceTable shop={shop} invoices={page.items} />
      )}
      <Paging all={all} parameters={{ state }} cursor={cursor} next={page.next} />
      <Freshness labels={page.erp} />
    </div>
  )
}

interface InvoiceTableProps {
  shop: Shop
  invoices: Invoice[]
  /** All are of the order the page is about. */
  ofOrder?: boolean
}

export function InvoiceTable({ shop, invoices, ofOrder }: InvoiceTableProps) {
  return (
    <div className="table">
      <table className="fold">
        <thead>
          <tr>
            <th>Invoice</th>
            <th>State</th>
            <th>Date</th>
            <th>Due</th>
            <th className="number">Total</th>
            <th className="number">To pay</th>
            <th>
              <span className="sr">Files</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {invoices.map((invoice) => (
            <Row key={invoice.id} shop={shop} invoice={invoice} ofOrder={ofOrder} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ shop, invoice, ofOrder }: { shop: Shop; invoice: Invoice; ofOrder?: boolean }) {
  const { number, kind, state, poNumber, correctsNumber, invoiceDate, dueDate, currency } = invoice
  return (
    <tr>
      <td className="lead-cell">
        <b>{number}</b> {kind === 'credit-note' && <span className="badge">credit note</span>}
        {poNumber && !ofOrder && (
          <span className="small soft">
            for <a href={`${shop.base}/orders/number/${encodeURIComponent(poNumber)}`}>{poNumber}</a>
          </span>
        )}
        {correctsNumber && <span className="small soft">corrects {correctsNumber}</span>}
      </td>
      <td>
        <Word of="invoice" name={state} />
      </td>
      <td className="nowrap" data-label="Date">
        {dateOf(invoiceDate)}
      </td>
      <td className="nowrap" data-label="Due">
        {dueDate ? dateOf(dueDate) : '–'}
      </td>
      <td className="number" data-label="Total">
        {moneyOf(invoice.totalAmount, currency)}
      </td>
      <td className="number" data-label="To pay">
        {invoice.openAmount === null ? '–' : moneyOf(invoice.openAmount, currency)}
      </td>
      <td>
        <InvoiceFiles base={shop.base} invoice={invoice} />
      </td>
    </tr>
  )
}

function CreditBox({ company, credit }: { company: string; credit: Credit }) {
  const { currency, limit, limited, blocked, blockReason, balance, openOrders, onTheirWay, available, erp } = credit
  const money = (amount: string | null) => (amount === null || currency === null ? '–' : moneyOf(amount, currency))
  const overdue = credit.openInvoices.filter((o) => o.overdueCount > 0)
  const used = available !== null && compareDecimals(available, '0') <= 0
  return (
    <section className="card credit" aria-labelledby="credit">
      <h2 id="credit">
        Credit of {company} {erp?.stale && <span className="badge warn">not up to date</span>}
        {blocked && <span className="badge bad">blocked</span>}
      </h2>
      {blocked && <p className="note bad">{blockReason ?? 'The ERP takes no orders of this company at the moment.'}</p>}
      {balance === null && limit === null ? (
        <p className="soft">
          {erp
            ? 'The ERP has not said anything of this company’s credit yet.'
            : 'No ERP is connected for this company.'}
        </p>
      ) : (
        <>
          <dl className="figures">
            <Figure name="Available" strong tone={used ? 'bad' : ''}>
              {limited === false ? 'no limit' : money(available)}
            </Figure>
            <Figure name="Limit">{limited === false ? 'none' : money(limit)}</Figure>
            <Figure name="Owed">{money(balance)}</Figure>
            <Figure name="Ordered, not invoiced">{money(openOrders)}</Figure>
            {compareDecimals(onTheirWay, '0') !== 0 && (
              <Figure name="On its way to the ERP">{money(onTheirWay)}</Figure>
            )}
          </dl>
          {limit !== null && available !== null && <Meter limit={limit} available={available} />}
          {overdue.map((o) => (
            <p key={o.currency}>
              <span className="badge bad">overdue</span> {o.overdueCount}{' '}
              {o.overdueCount === 1 ? 'invoice' : 'invoices'}, {moneyOf(o.overdueAmount, o.currency)}
            </p>
          ))}
        </>
      )}
      {credit.balanceAsOf && (
        <p className="small soft">
          As the ERP said on {timeOf(credit.balanceAsOf)}.
          {erp?.stale && erp.lastError && ` It did not answer since: ${erp.lastError}`}
        </p>
      )}
    </section>
  )
}

function Figure(props: { name: string; strong?: boolean; tone?: string; children: string }) {
  const { name, strong, tone = '', children } = props
  return (
    <div className={`${strong ? 'strong' : ''} ${tone}`.trim() || undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** A drawing: here alone an amount may be a float. */
function Meter({ limit, available }: { limit: string; available: string }) {
  const most = Number(limit)
  if (!(most > 0)) return null
  const used = Math.min(most, Math.max(0, most - Number(available)))
  const percent = Math.round((used / most) * 100)
  return <meter min={0} max={most} high={most * 0.9} value={used} aria-label={`${percent} % of the limit is used`} />
}
