// The storefront's order history: orders of every channel, searched and filtered, newest first.

import type { OrderSearch, OrderSummary, PageOf } from './order-client.ts'
import { Freshness, Word } from './order-marks.tsx'
import { channelNames, dateOf, moneyOf, stateNames, wordFor } from './order-words.ts'
import type { Shop } from './storefront-pages.tsx'

interface OrdersPageProps {
  shop: Shop
  company: string
  search: OrderSearch
  page: PageOf<OrderSummary>
}

export function OrdersPage({ shop, company, search, page }: OrdersPageProps) {
  const { words, channel, state, cursor } = search
  const narrowed = words !== '' || channel !== '' || state !== ''
  const all = `${shop.base}/orders`
  return (
    <div className="stack">
      <div>
        <h1>Orders</h1>
        <p className="lead">
          {shop.member ? `What you may see of the orders of ${company}` : `Everything ${company} ordered`}, in every
          channel: punchout, web shop, phone, EDI and what was entered in the ERP.
        </p>
      </div>
      <Filters all={all} search={search} />
      {page.items.length === 0 && <Empty shop={shop} all={all} narrowed={narrowed || cursor !== ''} />}
      {page.items.length > 0 && (
        <div className="table">
          <table className="fold">
            <thead>
              <tr>
                <th>Order</th>
                <th>Channel</th>
                <th>State</th>
                <th>Ordered</th>
                <th className="number">Net amount</th>
              </tr>
            </thead>
            <tbody>
              {page.items.map((order) => (
                <Row key={order.id} all={all} order={order} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Paging all={all} parameters={{ q: words, channel, state }} cursor={cursor} next={page.next} />
      <Freshness labels={page.erp} />
    </div>
  )
}

function Filters({ all, search }: { all: string; search: OrderSearch }) {
  const { words, channel, state } = search
  return (
    <search>
      <form className="filters" action={all} method="get">
        <div className="field grow">
          <label htmlFor="q">Search</label>
          <input
            id="q"
            name="q"
            type="search"
            defaultValue={words}
            maxLength={200}
            placeholder="Order number, product, person…"
          />
        </div>
        <Choose name="channel" label="Channel" value={channel} any="every channel" names={channelNames} />
        <Choose name="state" label="State" value={state} any="every state" names={stateNames} />
        <button className="button" type="submit">
          Search
        </button>
        {(words || channel || state) && (
          <a className="button quiet" href={all}>
            Show all
          </a>
        )}
      </form>
    </search>
  )
}

interface ChooseProps {
  name: 'channel' | 'state'
  label: string
  value: string
  /** What the empty choice is called. */
  any: string
  names: readonly string[]
}

function Choose({ name, label, value, any, names }: ChooseProps) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <select id={name} name={name} defaultValue={value}>
        <option value="">{any}</option>
        {names.map((n) => (
          <option key={n} value={n}>
            {wordFor(name, n)[0]}
          </option>
        ))}
      </select>
    </div>
  )
}

function Row({ all, order }: { all: string; order: OrderSummary }) {
  const { poNumber, erpNumber, orderedAt, netAmount, currency, mode, kind } = order
  const by = order.personName ?? order.contactName
  return (
    <tr>
      <td className="lead-cell">
        <a href={`${all}/${order.id}`}>
          <b>{poNumber ?? erpNumber ?? 'without a number'}</b>
        </a>
        {mode === 'test' && (
          <>
            {' '}
            <span className="badge warn">test</span>
          </>
        )}
        {kind !== 'regular' && (
          <>
            {' '}
            <span className="badge">{kind}</span>
          </>
        )}
        <span className="small soft">
          {[poNumber && erpNumber, by && `by ${by}`].filter(Boolean).join(' · ') || 'not in the ERP yet'}
        </span>
      </td>
      <td>
        <Word of="channel" name={order.channel} />
      </td>
      <td>
        <Word of="state" name={order.state} />
      </td>
      <td className="nowrap">{dateOf(orderedAt)}</td>
      <td className="number">{moneyOf(netAmount, currency)}</td>
    </tr>
  )
}

function Empty({ shop, all, narrowed }: { shop: Shop; all: string; narrowed: boolean }) {
  if (narrowed)
    return (
      <p className="note">
        No order matches. Try fewer words, or <a href={all}>show all orders</a>.
      </p>
    )
  return (
    <div className="note">
      <h2>No orders yet</h2>
      {shop.session ? (
        <p>
          Fill your cart and return it to {shop.session.hub.partner.name}: once it is approved there, the order comes
          here by itself. <a href={shop.base}>To the catalogue</a>
        </p>
      ) : shop.member ? (
        <p>
          Fill your cart and ask for it: once your company agrees, the order is here. <a href={shop.base}>Catalogue</a>
        </p>
      ) : (
        <p>
          Orders come from procurement systems. <a href="/demo/buyer">Punch out with the buyer simulator</a>, bring a
          cart back, and send the purchase order: it is here a second later.
        </p>
      )}
    </div>
  )
}

interface PagingProps {
  all: string
  /** What the list is narrowed by; empty values are left out. */
  parameters: Record<string, string>
  cursor: string
  next: string | null
}

export function Paging({ all, parameters, cursor, next }: PagingProps) {
  if (!cursor && !next) return null
  const to = (more: Record<string, string>) => {
    const query = new URLSearchParams(Object.entries({ ...parameters, ...more }).filter(([, value]) => value !== ''))
    return query.size > 0 ? `${all}?${query}` : all
  }
  return (
    <nav className="actions" aria-label="Pages">
      {cursor && (
        <a className="button quiet" href={to({})}>
          Newest
        </a>
      )}
      {next && (
        <a className="button quiet" href={to({ cursor: next })} rel="next">
          Older
        </a>
      )}
    </nav>
  )
}
