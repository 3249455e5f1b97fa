// The order of a requisition: sending it, changing it, and everything the supplier says of it since.
import {
  documentsOf,
  orderNews,
  type PurchaseOrder,
  type SupplierDocument,
  standingOrder,
  tamperings,
} from './purchase-orders.ts'
import type { Requisition } from './requisitions.ts'

/** The page looks again by itself so long, in milliseconds. */
const PATIENCE = 180_000
/** After this long without a word the supplier may be holding the order. */
const SILENCE = 15_000

/** Whether something is awaited, so that the page should look again by itself. */
export function isWaiting({ orders }: Requisition): boolean {
  const last = orders.findLast((o) => o.refusal === null)
  if (!last || Date.now() - last.at.getTime() > PATIENCE) return false
  const ends = last.type === 'delete' ? ['rejected'] : ['rejected', 'invoiced']
  return !documentsOf(last.number).some((d) => d.at >= last.at && ends.includes(d.news))
}

const NEWS: Record<NonNullable<ReturnType<typeof orderNews>>, [text: string, tone: string]> = {
  sent: ['sent', ''],
  refused: ['refused', 'bad'],
  cancelled: ['cancelled', 'warn'],
  confirmed: ['confirmed', 'good'],
  rejected: ['rejected', 'bad'],
  shipped: ['shipped', 'good'],
  invoiced: ['invoiced', 'good'],
  credited: ['credited', 'warn'],
}

export function OrderBadge({ requisition }: { requisition: Requisition }) {
  const news = orderNews(requisition)
  if (!news) return null
  const [text, tone] = NEWS[news]
  return <span className={`badge ${tone}`.trim()}>{text}</span>
}

/** `changing`: the form for a change is shown, on a page that stands still. */
export function OrderSection({ requisition, changing }: { requisition: Requisition; changing: boolean }) {
  const { orders, system, id } = requisition
  if (system === 'oci')
    return (
      <p className="soft small">
        SAP sends its orders on a way of their own (EDI, or cXML over Ariba): the Ariba buyer of this simulator shows
        it.
      </p>
    )
  const last = orders.at(-1)
  const standing = standingOrder(requisition)
  return (
    <section className="card" aria-labelledby="order">
      <h2 id="order">
        {last ? `Purchase order ${last.number}` : 'Order it'} <OrderBadge requisition={requisition} />
      </h2>
      {last ? (
        <Happened requisition={requisition} />
      ) : (
        <p className="soft">
          The approved requisition goes to the supplier as an OrderRequest. The hub compares it with the cart it came
          from, brings it into the ERP, and sends back what the ERP says.
        </p>
      )}
      {!changing && isWaiting(requisition) && <Waiting requisition={requisition} />}
      {!standing && <OrderForm requisition={requisition} type="new" label="Send the purchase order" />}
      {standing && changing && <OrderForm requisition={requisition} type="update" label="Send the change" />}
      {standing && !changing && (
        <div className="actions">
          <a className="button quiet" href={`/demo/buyer/requisitions/${id}?change=yes`}>
            Change the order
          </a>
          <form method="post" action={`/demo/buyer/requisitions/${id}/orders`}>
            <button className="button quiet" type="submit" name="type" value="delete">
              Cancel the order
            </button>
          </form>
          <a href={storefrontPage(standing)}>The order in the supplier’s storefront</a>
        </div>
      )}
    </section>
  )
}

const storefrontPage = ({ number }: PurchaseOrder) => `/demo/store/orders/number/${encodeURIComponent(number)}`

function Happened({ requisition }: { requisition: Requisition }) {
  const { orders, id } = requisition
  const documents = [...new Set(orders.map((o) => o.number))].flatMap(documentsOf)
  const all = [...orders, ...documents].sort((a, b) => a.at.getTime() - b.at.getTime())
  const several = new Set(orders.map((o) => o.number)).size > 1
  return (
    <ol className="timeline">
      {all.map((one) =>
        'version' in one ? (
          <Sent key={one.version} order={one} base={`/demo/buyer/requisitions/${id}`} named={several} />
        ) : (
          <Received key={one.id} document={one} base={`/demo/buyer/requisitions/${id}`} />
        ),
      )}
    </ol>
  )
}

const SENDINGS = { new: 'Order', update: 'Change', delete: 'Cancellation' }

/** What was sent, in words. */
export function sendingInWords({ type, tampering, attachment }: PurchaseOrder): string {
  const how = [type !== 'delete' && tampering !== 'none' && tamperings[tampering], attachment && 'with an attachment']
  return [`${SENDINGS[type]} sent`, ...how.filter(Boolean)].join(', ')
}

/** `named`: with its number, where there is more than one. */
function Sent({ order, base, named }: { order: PurchaseOrder; base: string; named: boolean }) {
  return (
    <li>
      <span className="when">{clockOf(order.at)}</span>
      <b>{sendingInWords(order)}</b> {named && <code>{order.number}</code>}{' '}
      <span className={`badge ${order.refusal ? 'bad' : 'good'}`}>{order.refusal ? 'refused' : 'taken'}</span>{' '}
      <a className="small" href={`${base}/orders/${order.version}`} aria-label={`OrderRequest ${order.version}`}>
        Show
      </a>
      {order.refusal && <p className="note bad">{order.refusal}</p>}
    </li>
  )
}

function Received({ document, base }: { document: SupplierDocument; base: string }) {
  return (
    <li data-document={document.kind}>
      <span className="when">{clockOf(document.at)}</span>
      <b>{document.kind}</b> {document.summary}{' '}
      <a className="small" href={`${base}/documents/${document.id}`} aria-label={`${document.kind}, the document`}>
        Show
      </a>
    </li>
  )
}

/** A supplier's system does not say that it holds an order: the buyer hears nothing. */
function Waiting({ requisition }: { requisition: Requisition }) {
  const order = requisition.orders.findLast((o) => o.refusal === null)
  if (!order) return null
  const answered = documentsOf(order.number).some((d) => d.at >= order.at)
  const silent = !answered && (order.tampering === 'price' || Date.now() - order.at.getTime() > SILENCE)
  if (order.type !== 'delete' && silent)
    return (
      <div className="note warn" role="status">
        <h3>No answer yet</h3>
        <p>
          {order.tampering === 'price'
            ? 'The first price is not the one of the cart: the supplier’s hub holds such an order until a person has looked.'
            : 'The supplier’s hub may be holding this order until a person has looked.'}{' '}
          A buyer’s system is not told so: it hears nothing until somebody decides.
        </p>
        <p>
          <a className="button small" href={storefrontPage(order)}>
            Release it at the seller’s desk
          </a>
        </p>
      </div>
    )
  return (
    <p className="note" role="status">
      Waiting for the supplier.{' '}
      {order.type === 'delete'
        ? 'The ERP has to agree.'
        : 'The demo ERP confirms within seconds, ships after ten and invoices after twenty.'}{' '}
      This page looks again by itself.
    </p>
  )
}

function OrderForm(props: { requisition: Requisition; type: 'new' | 'update'; label: string }) {
  const { requisition, type, label } = props
  const page = `/demo/buyer/requisitions/${requisition.id}`
  return (
    <form className="stack tight" method="post" action={`${page}/orders`}>
      {type === 'update' && (
        <p className="soft">
          The requisition is sent again as it is now. To change its lines, go back to the shop with it first.
        </p>
      )}
      <div className="field">
        <label htmlFor="tampering">What this system makes of the cart</label>
        <select id="tampering" name="tampering" className="auto" defaultValue="none">
          {Object.entries(tamperings).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <label className="check" htmlFor="attachment">
        <input id="attachment" type="checkbox" name="attachment" value="yes" />
        With an attachment, delivery-instructions.txt
      </label>
      <div className="actions">
        <button className="button" type="submit" name="type" value={type}>
          {label}
        </button>
        {type === 'update' && (
          <a className="button quiet" href={page}>
            Leave it
          </a>
        )}
      </div>
    </form>
  )
}

/** 14:05:09 UTC */
export const clockOf = (at: Date) => `${at.toISOString().slice(11, 19)} UTC`
