// The order of a requisition: sending it, and everything the supplier says of it since.
import { documentsOf, tamperings } from './purchase-orders.ts'
import type { Requisition } from './requisitions.ts'

/** Whether the page should look again by itself: an order is out and not invoiced. */
export function isWaiting(requisition: Requisition): boolean {
  const order = requisition.orders.findLast((o) => !o.refusal)
  if (!order || Date.now() - order.at.getTime() > 180_000) return false
  return !documentsOf(order.number).some((d) => d.kind === 'Invoice' || d.summary.startsWith('reject'))
}

export function OrderSection({ requisition }: { requisition: Requisition }) {
  const { orders, system, id } = requisition
  if (system === 'oci')
    return (
      <p className="soft small">
        SAP sends its orders on a way of their own (EDI, or cXML over Ariba): the Ariba buyer of this simulator shows
        it.
      </p>
    )
  const last = orders.at(-1)
  const standing = orders.some((o) => !o.refusal && o.type !== 'delete') && last?.type !== 'delete'
  const documents = [...new Set(orders.map((o) => o.number))].flatMap(documentsOf)
  const action = `/demo/buyer/requisitions/${id}/orders`
  return (
    <section className="card stack tight" aria-labelledby="order" id="orders">
      <h2 id="order">{last ? `Purchase order ${last.number}` : 'Order it'}</h2>
      {!last && (
        <p className="soft">
          The approved requisition goes to the supplier as an OrderRequest. The hub compares it with the cart it came
          from, brings it into the ERP, and sends back what the ERP says.
        </p>
      )}
      {orders.map((o) => (
        <details key={o.version}>
          <summary>
            {o.type === 'new' ? 'Order' : o.type === 'update' ? 'Change' : 'Cancellation'} sent {timeOf(o.at)},{' '}
            {tamperings[o.tampering]}{' '}
            <span className={`badge ${o.refusal ? 'bad' : 'good'}`}>{o.refusal ? 'refused' : 'taken'}</span>
          </summary>
          {o.refusal && <p className="note bad">{o.refusal}</p>}
          <pre>{o.sent}</pre>
          {o.answered && <pre>{o.answered}</pre>}
        </details>
      ))}
      {documents.map((d, i) => (
        <details key={`${d.kind}-${d.at.getTime()}-${i}`}>
          <summary data-document={d.kind}>
            <b>{d.kind}</b> {timeOf(d.at)} <span className="soft">{d.summary}</span>
          </summary>
          <pre>{d.xml}</pre>
        </details>
      ))}
      {isWaiting(requisition) && (
        <p className="note" role="status">
          Waiting for the supplier: the demo ERP confirms within seconds, ships after ten and invoices after twenty.
          This page looks again by itself. An order whose price differs from the cart is held by the hub until somebody
          releases it: <code>POST /api/v1/orders/…/release</code>.
        </p>
      )}
      <form method="post" action={action}>
        <div className="inline">
          <label className="sr" htmlFor="tampering">
            How the order is sent
          </label>
          <select id="tampering" name="tampering" className="auto" defaultValue="none">
            {Object.entries(tamperings).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
          <button className="button" type="submit" name="type" value={standing ? 'update' : 'new'}>
            {standing ? 'Send as a change' : 'Send the purchase order'}
          </button>
          {standing && (
            <button className="button quiet" type="submit" name="type" value="delete">
              Cancel the order
            </button>
          )}
        </div>
      </form>
    </section>
  )
}

const timeOf = (at: Date) => `${at.toISOString().slice(11, 19)} UTC`
