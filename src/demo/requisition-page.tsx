// A requisition: its lines as they came back, what can be done with it, and every punchout made for it.
import { addDecimals, divideDecimals, multiplyDecimals } from '../money.ts'
import { Documents, OutcomeBadge } from './buyer-pages.tsx'
import { OrderSection } from './order-section.tsx'
import type { ReceivedCart, Requisition, RequisitionLine } from './requisitions.ts'

interface RequisitionPageProps {
  requisition: Requisition
  framed: boolean
  /** Its order is being changed. */
  changing: boolean
}

export function RequisitionPage({ requisition, framed, changing }: RequisitionPageProps) {
  const { carts, visits, copyOf, orders } = requisition
  const cart = carts.at(-1)
  const last = visits.at(-1)
  const order = cart && cart.lines.length > 0 && <OrderSection requisition={requisition} changing={changing} />
  return (
    <div className="stack">
      <div>
        <p className="small soft">
          {requisition.email} · {requisition.system === 'cxml' ? 'Ariba, cXML' : 'SRM, OCI'}
          {requisition.mode === 'test' && ' · test'}
          {copyOf && ` · copy of ${copyOf}`}
        </p>
        <h1>Requisition {requisition.number}</h1>
      </div>
      {last?.outcome === 'cancelled' && (
        <p className="note warn">
          <b>The punchout was cancelled.</b> {cart ? 'The requisition is as it was.' : 'There is no cart.'}
        </p>
      )}
      {last?.outcome === 'refused' && <p className="note bad">{last.refusal}</p>}
      {!cart && (
        <p className="note">
          No lines yet.
          {last?.outcome === 'open' && (
            <>
              {' '}
              <a href={`/demo/buyer/requisitions/${requisition.id}/visits/${last.id}`}>The punchout is under way</a>
            </>
          )}
        </p>
      )}
      {orders.length > 0 && order}
      {cart && <Lines requisition={requisition} cart={cart} />}
      {orders.length === 0 && order}
      {cart && cart.lines.length > 0 && <Again requisition={requisition} cart={cart} framed={framed} />}
      {cart && (
        <details>
          <summary>The cart as it came ({cart.via})</summary>
          <pre>{cart.document}</pre>
        </details>
      )}
      {visits.length > 0 && <History requisition={requisition} />}
      <p>
        <a href="/demo/buyer">Back to the simulator</a>
      </p>
    </div>
  )
}

function Lines({ requisition, cart }: { requisition: Requisition; cart: ReceivedCart }) {
  const sum = sumOf(cart.lines)
  const asks = requisition.system === 'oci'
  return (
    <div className="table">
      <table className="fold">
        <thead>
          <tr>
            <th>Line</th>
            <th>Product</th>
            <th className="number">Quantity</th>
            <th className="number">Price</th>
            <th className="number">Amount</th>
            {asks && (
              <th>
                <span className="sr">Ask the supplier</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {cart.lines.map((line) => (
            <LineRow key={line.lineNumber} requisition={requisition} line={line} />
          ))}
        </tbody>
        <tfoot>
          {cart.lines.length === 0 && (
            <tr>
              <td colSpan={5}>All lines were removed.</td>
            </tr>
          )}
          <Sum label="Sum of the lines" amount={sum} currency={cart.lines[0]?.currency ?? ''} asks={asks} />
          {cart.tax && <Sum label="Tax" {...cart.tax} asks={asks} />}
          {cart.total && <Sum label="Total of the document, net" {...cart.total} asks={asks} />}
        </tfoot>
      </table>
    </div>
  )
}

/** `asks`: the table has a column of buttons at its end. */
function Sum({ label, amount, currency, asks }: { label: string; amount: string; currency: string; asks: boolean }) {
  return (
    <tr>
      <td aria-hidden="true" colSpan={2} />
      <td className="right" colSpan={2}>
        {label}
      </td>
      <td className="number">
        {amount} {currency}
      </td>
      {asks && <td aria-hidden="true" />}
    </tr>
  )
}

function LineRow({ requisition, line }: { requisition: Requisition; line: RequisitionLine }) {
  const { supplierPartId, supplierPartAuxiliaryId, classification, manufacturerPartId, leadTime } = line
  const facts = [
    manufacturerPartId && `MPN ${manufacturerPartId}`,
    classification,
    leadTime && `lead time ${leadTime}`,
    line.service && 'service',
  ].filter(Boolean)
  return (
    <tr className={line.parentLineNumber ? 'part' : undefined}>
      <td className="hide">{line.lineNumber}</td>
      <td className="lead-cell">
        {line.description}
        <span className="small soft">
          <code data-field="sku">{supplierPartId}</code>
          {supplierPartAuxiliaryId && supplierPartAuxiliaryId !== supplierPartId && (
            <>
              {' '}
              / <code data-field="aux">{supplierPartAuxiliaryId}</code>
            </>
          )}
        </span>
        {facts.length > 0 && <span className="small soft">{facts.join(' · ')}</span>}
      </td>
      <td className="number">
        {line.quantity} {line.unit}
      </td>
      <td className="number">
        {line.price} {line.currency}
        {line.priceUnit && <span className="small soft">per {line.priceUnit}</span>}
      </td>
      <td className="number hide">{amountOf(line) ?? '–'}</td>
      {requisition.system === 'oci' && (
        <td className="asks">
          <Ask requisition={requisition} line={line} name="DETAIL" label="Show" />
          <Ask requisition={requisition} line={line} name="VALIDATE" label="Check" />
        </td>
      )}
    </tr>
  )
}

/** OCI knows no edit: a line is shown in the shop or checked, each as a punchout of its own. */
function Ask(props: { requisition: Requisition; line: RequisitionLine; name: string; label: string }) {
  const { requisition, line, name, label } = props
  const fields = {
    system: 'oci',
    email: requisition.email,
    charset: requisition.charset,
    function: name,
    productId: line.supplierPartAuxiliaryId ?? line.supplierPartId,
    quantity: line.quantity,
  }
  return (
    <form className="inline" method="post" action="/demo/buyer/punchouts">
      {Object.entries(fields).map(([field, value]) => (
        <input key={field} type="hidden" name={field} value={value} />
      ))}
      <button className="button quiet small" type="submit" aria-label={`${name} of ${line.supplierPartId}`}>
        {label}
      </button>
    </form>
  )
}

function Again({ requisition, cart, framed }: { requisition: Requisition; cart: ReceivedCart; framed: boolean }) {
  if (requisition.system === 'oci')
    return (
      <p className="soft small">
        OCI has no edit: a line can be shown in the shop (DETAIL) or checked (VALIDATE); for other products start again.
      </p>
    )
  const visits = `/demo/buyer/requisitions/${requisition.id}/visits`
  return (
    <section className="card" aria-labelledby="again">
      <h2 id="again">Go back to the shop with this requisition</h2>
      <p className="soft">
        {cart.editable
          ? 'The hub knows the cart by the AuxIDs of its lines: the BuyerCookie is a new one each time.'
          : 'The supplier allows no changes: it can be looked at.'}
      </p>
      <form method="post" action={visits}>
        <div className="inline">
          {cart.editable && (
            <button className="button" type="submit" name="operation" value="edit">
              Edit
            </button>
          )}
          <button className="button quiet" type="submit" name="operation" value="inspect">
            Inspect
          </button>
          <label className="sr" htmlFor="again-frame">
            Open in
          </label>
          <select
            id="again-frame"
            name="frame"
            className="auto"
            defaultValue={requisition.visits.at(-1)?.frame ? 'iframe' : 'tab'}
          >
            <option value="tab">in this tab</option>
            <option value="iframe">{framed ? 'in an iframe, other origin' : 'in an iframe'}</option>
          </select>
        </div>
      </form>
      <p className="soft small">
        A copy replays the AuxIDs of this requisition. Copy an earlier version of an edited one and the shop is told
        which lines are stale.
      </p>
      {requisition.carts.map((version, index) => (
        <form
          className="inline"
          key={version.at.getTime()}
          method="post"
          action={`/demo/buyer/requisitions/${requisition.id}/copies`}
        >
          <input type="hidden" name="version" value={index} />
          <button className="button quiet small" type="submit">
            {requisition.carts.length === 1
              ? 'Copy requisition'
              : `Copy version ${index + 1} (${version.lines.length} lines)`}
          </button>
        </form>
      ))}
    </section>
  )
}

function History({ requisition }: { requisition: Requisition }) {
  return (
    <section className="stack" aria-labelledby="history">
      <h2 id="history">Punchouts</h2>
      {[...requisition.visits].reverse().map((visit) => (
        <div className="stack tight" key={visit.id}>
          <p>
            <b>{visit.operation}</b> <OutcomeBadge outcome={visit.outcome} />{' '}
            <span className="soft small">
              {visit.at.toISOString().slice(0, 19).replace('T', ' ')} UTC{visit.frame && ', in an iframe'}
            </span>
          </p>
          <Documents requisition={requisition} visit={visit} />
        </div>
      ))}
    </section>
  )
}

const PLAIN = /^\d+(\.\d+)?$/

function amountOf({ quantity, price, priceUnit = '1' }: RequisitionLine): string | null {
  if (![quantity, price, priceUnit].every((text) => PLAIN.test(text)) || !/[1-9]/.test(priceUnit)) return null
  return divideDecimals(multiplyDecimals(quantity, price), priceUnit, 2)
}

function sumOf(lines: readonly RequisitionLine[]): string {
  return addDecimals(...lines.map((line) => amountOf(line) ?? '0.00'))
}
