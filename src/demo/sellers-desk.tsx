// The seller's side of an order in the demo: release or reject what is held, and see what the buyer's system was told. The calls are those
// of the hub's API, made by the client demo-admin.
import type { Order } from './order-client.ts'
import { Word } from './order-marks.tsx'
import { documentInWords, holdInWords, timeOf } from './order-words.ts'
import type { Shop } from './storefront-pages.tsx'

/** What was rejected or cancelled keeps its holds, for the record. */
export function waitsForPerson({ holds, state }: Order): boolean {
  return holds.length > 0 && state !== 'rejected' && state !== 'cancelled'
}

export function SellersDeskSection({ shop, order }: { shop: Shop; order: Order }) {
  const held = waitsForPerson(order)
  if (!held && order.deliveries.length === 0) return null
  return (
    <section className={`card desk ${held ? 'warn' : ''}`.trim()} aria-labelledby="desk">
      <h2 id="desk">
        Seller’s desk <span className="badge">staff only</span>
      </h2>
      {held && <Decision shop={shop} order={order} />}
      {order.deliveries.length > 0 && <Told order={order} />}
    </section>
  )
}

function Decision({ shop, order }: { shop: Shop; order: Order }) {
  const path = `${shop.base}/orders/${order.id}`
  // What the ERP has can't be rejected any more: only cancelled.
  const rejectable = order.erpId === null
  return (
    <>
      {order.holds.map(({ reason, message }) => (
        <div key={reason} className="note warn">
          <h3>{holdInWords(reason).meaning}</h3>
          <p>{message}</p>
          <p>{holdInWords(reason).advice}</p>
        </div>
      ))}
      <div className="grid">
        <form className="stack tight" method="post" action={`${path}/release`}>
          <label htmlFor="note">Note</label>
          <input id="note" name="note" type="text" maxLength={500} placeholder="for the record, may be empty" />
          <div>
            <button className="button" type="submit">
              {rejectable ? 'Release to the ERP' : 'Settled'}
            </button>
          </div>
        </form>
        {rejectable && (
          <form className="stack tight" method="post" action={`${path}/reject`}>
            <label htmlFor="reason">Reason</label>
            <input
              id="reason"
              name="reason"
              type="text"
              maxLength={500}
              required
              placeholder="the buyer’s system is told"
            />
            <div>
              <button className="button quiet" type="submit">
                Reject
              </button>
            </div>
          </form>
        )}
      </div>
      <p className="small soft">
        The demo signs nobody in: here you are the seller. The buttons call <code>POST /api/v1/orders/…/release</code>{' '}
        and <code>…/reject</code> as the client <code>demo-admin</code>.
      </p>
    </>
  )
}

function Told({ order }: { order: Order }) {
  return (
    <>
      <h3>What the buyer’s system was told</h3>
      <ul className="plain stack tight">
        {order.deliveries.map((d) => (
          <li key={d.id}>
            {documentInWords(d.kind)} <Word of="delivery" name={d.state} />{' '}
            <span className="small soft">
              {timeOf(d.createdAt)}
              {d.way === 'mailbox' && ', waits in the mailbox to be fetched'}
              {d.statusCode !== null && d.statusCode !== 200 && `, answered ${d.statusCode} ${d.statusText ?? ''}`}
              {d.buyerStatus && `, the buyer’s system says: ${d.buyerStatus}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
