// One order in the storefront: how far it is, its lines, what the buyer's system changed since the cart, shipments, invoices, events.
import { addDecimals } from '../money.ts'
import { InvoiceTable } from './invoices-page.tsx'
import type { Difference, Order, OrderLine, Shipment } from './order-client.ts'
import { Freshness, Word } from './order-marks.tsx'
import { dateOf, eventInWords, fieldInWords, holdInWords, moneyOf, plain, quantityOf, timeOf } from './order-words.ts'
import { SellersDeskSection, waitsForPerson } from './sellers-desk.tsx'
import type { Shop } from './storefront-pages.tsx'

interface OrderPageProps {
  shop: Shop
  order: Order
}

export function OrderPage({ shop, order }: OrderPageProps) {
  const { poNumber, erpNumber, state, channel, mode, differences, shipments, invoices } = order
  // Who neither punched out nor signed in is the seller.
  const seller = shop.session === null && shop.member === null
  const waits = waitsForPerson(order)
  return (
    <div className="stack">
      <div>
        <p className="small">
          <a href={`${shop.base}/orders`}>← Orders</a>
        </p>
        <h1>
          Order {poNumber ?? erpNumber} <Word of="state" name={state} />
          {mode === 'test' && <span className="badge warn">test</span>}
        </h1>
        <p className="soft">
          Ordered {timeOf(order.orderedAt)} <Word of="channel" name={channel} />
        </p>
      </div>
      <Standing order={order} />
      {seller && waits && <SellersDeskSection shop={shop} order={order} />}
      {!seller && waits && <Waiting order={order} />}
      <Lines order={order} />
      {differences.length > 0 && <Differences order={order} />}
      <section className="stack tight" aria-labelledby="shipments">
        <h2 id="shipments">Shipments</h2>
        {shipments.length === 0 && (
          <p className="soft">Nothing has left yet. Tracking numbers show here once it has.</p>
        )}
        {shipments.map((shipment) => (
          <ShipmentCard key={shipment.id} shipment={shipment} order={order} />
        ))}
      </section>
      <section className="stack tight" aria-labelledby="invoices">
        <h2 id="invoices">Invoices</h2>
        {invoices.length === 0 ? (
          <p className="soft">Not invoiced yet.</p>
        ) : (
          <InvoiceTable shop={shop} invoices={invoices} ofOrder />
        )}
      </section>
      <div className="grid top">
        <Facts order={order} />
        <section className="card" aria-labelledby="events">
          <h2 id="events">What happened</h2>
          <ol className="timeline">
            {order.events.map((event) => (
              <li key={event.id}>
                <span className="when">{timeOf(event.at)}</span>
                {eventInWords(event, seller)}
              </li>
            ))}
          </ol>
          {order.events.length === 0 && <p className="soft">It came with the ERP’s data; nothing happened since.</p>}
        </section>
      </div>
      {seller && !waits && <SellersDeskSection shop={shop} order={order} />}
      {order.erp && <Freshness labels={[order.erp]} />}
    </div>
  )
}

/** How far it is; or why it ended. */
function Standing({ order }: { order: Order }) {
  const { state, endReason, cancelAsked } = order
  if (state === 'rejected' || state === 'cancelled')
    return (
      <p className="note bad">
        <b>{state === 'rejected' ? 'This order was rejected.' : 'This order was cancelled.'}</b> {endReason}
      </p>
    )
  return (
    <>
      <ol className="steps">
        {stepsOf(order).map(({ name, at, done }) => (
          <li key={name} className={done ? 'done' : undefined}>
            <b>{name}</b>
            <span className="small soft">{done && at ? dateOf(at) : done ? '' : 'not yet'}</span>
          </li>
        ))}
      </ol>
      {cancelAsked && (
        <p className="note warn">
          <b>The buyer cancelled this order.</b> The ERP was asked and has not answered yet.
        </p>
      )}
    </>
  )
}

interface Step {
  name: string
  at: string | null
  done: boolean
}

function stepsOf({ state, orderedAt, erpNumber, events, lines, shipments, invoices }: Order): Step[] {
  const happened = (kind: string) => events.find((e) => e.kind === kind)?.at ?? null
  const left = shipments.filter((s) => s.shippedAt !== null && s.state !== 'cancelled')
  const open = invoices.some((i) => i.state !== 'paid')
  return [
    { name: 'Ordered', at: orderedAt, done: true },
    { name: 'Accepted', at: happened('pushed'), done: erpNumber !== null },
    {
      name: 'Confirmed',
      at: happened('confirmation-sent'),
      done: lines.some((l) => l.confirmedQuantity !== null && l.confirmedQuantity !== '0'),
    },
    {
      name: state === 'shipping' ? 'Partly shipped' : 'Shipped',
      at: left[0]?.shippedAt ?? null,
      done: left.length > 0,
    },
    {
      name: invoices.length > 0 && !open ? 'Paid' : 'Invoiced',
      at: invoices[0]?.invoiceDate ?? null,
      done: invoices.length > 0,
    },
  ]
}

/** For the buyer: what it waits for, and that there is nothing to do. */
function Waiting({ order }: { order: Order }) {
  return (
    <div className="note warn">
      <h2>We are looking at this order</h2>
      {order.holds.map((hold) => (
        <p key={hold.reason}>{holdInWords(hold.reason).meaning}.</p>
      ))}
      <p>You need not do anything: your procurement system is told as soon as we have decided.</p>
    </div>
  )
}

function Lines({ order }: { order: Order }) {
  const { lines, currency, netAmount, taxAmount, shippingAmount } = order
  const total = addDecimals(netAmount, shippingAmount ?? '0', taxAmount ?? '0')
  return (
    <section className="table" aria-label="Lines">
      <table className="fold lines">
        <thead>
          <tr>
            <th>Product</th>
            <th className="number">Ordered</th>
            <th className="number">Confirmed</th>
            <th className="number">Shipped</th>
            <th className="number">Invoiced</th>
            <th className="number">Price</th>
            <th className="number">Amount</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <LineRow key={line.lineNumber} line={line} currency={currency} />
          ))}
        </tbody>
        <tfoot>
          <Sum label="Net" amount={netAmount} currency={currency} />
          {shippingAmount && <Sum label="Shipping" amount={shippingAmount} currency={currency} />}
          {taxAmount && <Sum label="Tax" amount={taxAmount} currency={currency} />}
          {(taxAmount || shippingAmount) && <Sum label="Total" amount={total} currency={currency} />}
        </tfoot>
      </table>
    </section>
  )
}

function LineRow({ line, currency }: { line: OrderLine; currency: string }) {
  const { confirmedQuantity, confirmedDate, shippedQuantity, invoicedQuantity, priceUnit } = line
  return (
    <tr className={line.parentLineNumber === null ? undefined : 'part'}>
      <td className="lead-cell">
        {line.description}
        <span className="small soft">
          <code>{line.supplierPartId}</code>
        </span>
        {line.rejectionReason && (
          <span className="small">
            <span className="badge bad">not delivered</span> {line.rejectionReason}
          </span>
        )}
      </td>
      <td className="number" data-label="Ordered">
        {quantityOf(line.quantity, line.unit)}
      </td>
      <td className="number" data-label="Confirmed">
        {confirmedQuantity === null ? '–' : plain(confirmedQuantity)}
        {confirmedDate && <span className="small soft">{dateOf(confirmedDate)}</span>}
      </td>
      <td className="number" data-label="Shipped">
        {shippedQuantity === null ? '–' : plain(shippedQuantity)}
      </td>
      <td className="number" data-label="Invoiced">
        {invoicedQuantity === null ? '–' : plain(invoicedQuantity)}
      </td>
      <td className="number" data-label="Price">
        {line.unitPrice === '' ? '–' : moneyOf(line.unitPrice, currency)}
        {priceUnit !== '1' && <span className="small soft">per {plain(priceUnit)}</span>}
      </td>
      <td className="number" data-label="Amount">
        {moneyOf(line.netAmount, currency)}
      </td>
    </tr>
  )
}

function Sum({ label, amount, currency }: { label: string; amount: string; currency: string }) {
  return (
    <tr>
      <td aria-hidden="true" colSpan={5} />
      <td className="right">{label}</td>
      <td className="number">{moneyOf(amount, currency)}</td>
    </tr>
  )
}

function Differences({ order: { differences, lines, currency } }: { order: Order }) {
  const shown = ({ field }: Difference, value: string | null) =>
    value === null ? 'nothing' : field === 'unitPrice' ? moneyOf(value, currency) : value
  const product = (lineNumber: number) => lines.find((l) => l.lineNumber === lineNumber)?.description ?? ''
  return (
    <section className="stack tight" aria-labelledby="differences">
      <h2 id="differences">Changed between cart and order</h2>
      <p className="soft">The buyer’s system sent these other than the cart it was given.</p>
      <div className="table">
        <table className="fold">
          <thead>
            <tr>
              <th>Product</th>
              <th>What</th>
              <th>In the cart</th>
              <th>In the order</th>
            </tr>
          </thead>
          <tbody>
            {differences.map((d) => (
              <tr key={`${d.lineNumber} ${d.field}`}>
                <td className="lead-cell">
                  {product(d.lineNumber)} <span className="small soft">line {d.lineNumber}</span>
                </td>
                <td className="lead-cell">{fieldInWords(d)}</td>
                <td className="lead-cell" data-label="Cart">
                  <span className={d.cartValue === null ? undefined : 'before'}>{shown(d, d.cartValue)}</span>
                </td>
                <td className="lead-cell" data-label="Order">
                  <b>{shown(d, d.orderValue)}</b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function ShipmentCard({ shipment, order }: { shipment: Shipment; order: Order }) {
  const { number, state, carrierName, trackingNumbers, shippedAt, deliveredAt } = shipment
  const lines = shipment.lines.filter((l) => l.orderId === order.id)
  const product = (l: Shipment['lines'][number]) =>
    order.lines.find((o) => o.lineNumber === l.orderLineNumber)?.description ?? l.supplierPartId
  return (
    <div className="card">
      <h3>
        {number ?? 'Shipment'} <Word of="shipment" name={state} />
      </h3>
      <dl>
        {trackingNumbers.length > 0 && (
          <>
            <dt>Tracking</dt>
            <dd>
              {carrierName && `${carrierName} `}
              {trackingNumbers.map((tracking) => (
                <code key={tracking} data-field="tracking">
                  {tracking}{' '}
                </code>
              ))}
            </dd>
          </>
        )}
        {shippedAt && (
          <>
            <dt>Left</dt>
            <dd>{timeOf(shippedAt)}</dd>
          </>
        )}
        {deliveredAt && (
          <>
            <dt>Arrived</dt>
            <dd>{timeOf(deliveredAt)}</dd>
          </>
        )}
        <dt>Contents</dt>
        <dd>
          {lines.map((l) => (
            <div key={l.orderLineNumber}>
              {quantityOf(l.quantity, l.unit)} {product(l)}
            </div>
          ))}
        </dd>
      </dl>
    </div>
  )
}

function Facts({ order }: { order: Order }) {
  const { poNumber, erpNumber, personName, contactName, costCentre, shipTo, details } = order
  const place = shipTo && [
    shipTo.name,
    ...(shipTo.street ?? []),
    [shipTo.postalCode, shipTo.city].filter(Boolean).join(' '),
  ]
  const attachments = details.attachments?.map((a) => `${a.fileName ?? a.contentType} (${a.size} bytes)`)
  const facts: [name: string, value: string | null | undefined][] = [
    ['Buyer’s number', poNumber],
    ['ERP number', erpNumber],
    ['Ordered by', personName ?? contactName],
    ['Cost centre', costCentre],
    ['Deliver to', place?.filter(Boolean).join(', ')],
    ['Comment', details.comments],
    ['Attachments', attachments?.join(', ')],
  ]
  return (
    <section className="card" aria-labelledby="facts">
      <h2 id="facts">The order</h2>
      <dl>
        {facts.map(
          ([name, value]) =>
            value && (
              <div className="row" key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  )
}
