// The simulator's pages on the way out and back: the documents of a punchout, the frame around the shop, the page after it.
import type { Departure, Requisition, Visit } from './requisitions.ts'

const OUTCOMES: Record<Visit['outcome'], [text: string, tone: string]> = {
  open: ['under way', ''],
  cart: ['cart received', 'good'],
  cancelled: ['cancelled', 'warn'],
  refused: ['refused', 'bad'],
}

export function OutcomeBadge({ outcome }: { outcome: Visit['outcome'] }) {
  const [text, tone] = OUTCOMES[outcome]
  return <span className={`badge ${tone}`}>{text}</span>
}

export function VisitPage({ requisition, visit }: { requisition: Requisition; visit: Visit }) {
  const { outcome, departure, refusal } = visit
  return (
    <div className="stack">
      <Title requisition={requisition} visit={visit} />
      {refusal && (
        <div className="note bad" role="alert">
          <h2>The hub refused</h2>
          <p>{refusal}</p>
        </div>
      )}
      {outcome === 'open' && departure && (
        <div className="note">
          <p>
            {requisition.system === 'cxml'
              ? 'The hub answered with a StartPage: an address that works once, for a few minutes.'
              : 'With OCI the browser itself carries the call-up to the hub. It signs in and opens the catalogue.'}
          </p>
          <div className="actions">
            <GoOn departure={departure} target={undefined} label="Open the catalogue" />
          </div>
        </div>
      )}
      {outcome !== 'open' && requisition.carts.length > 0 && (
        <p>
          <a className="button" href={`/demo/buyer/requisitions/${requisition.id}`}>
            To requisition {requisition.number}
          </a>
        </p>
      )}
      <Documents requisition={requisition} visit={visit} open />
      <p>
        <a href="/demo/buyer">Back to the simulator</a>
      </p>
    </div>
  )
}

function Title({ requisition, visit }: { requisition: Requisition; visit: Visit }) {
  return (
    <div>
      <p className="small soft">
        {requisition.number} · {requisition.email} · {requisition.system === 'cxml' ? 'Ariba, cXML' : 'SRM, OCI'}
        {requisition.mode === 'test' && ' · test'}
      </p>
      <h1>
        Punchout: {visit.operation} <OutcomeBadge outcome={visit.outcome} />
      </h1>
    </div>
  )
}

/** What went out and what came back, to read. */
export function Documents({ requisition, visit, open }: { requisition: Requisition; visit: Visit; open?: boolean }) {
  const cxml = requisition.system === 'cxml'
  return (
    <>
      <details open={open}>
        <summary>{cxml ? 'Sent: PunchOutSetupRequest' : 'Sent: call-up'}</summary>
        <pre>{visit.sent}</pre>
      </details>
      {visit.answered && (
        <details open={open}>
          <summary>{cxml ? 'Answered: PunchOutSetupResponse' : 'Answered'}</summary>
          <pre>{visit.answered}</pre>
        </details>
      )}
      {visit.returned && (
        <details>
          <summary>{cxml ? 'Came back: PunchOutOrderMessage' : 'Came back: form fields'}</summary>
          <pre>{visit.returned}</pre>
        </details>
      )}
    </>
  )
}

function GoOn({ departure, target, label }: { departure: Departure; target: string | undefined; label: string }) {
  const { method, action, fields } = departure
  if (fields.length === 0)
    return (
      <a className="button" href={action} target={target}>
        {label}
      </a>
    )
  return (
    <form id="call-up" method={method === 'GET' ? 'get' : 'post'} action={action} target={target}>
      {fields.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button className="button" type="submit">
        {label}
      </button>
    </form>
  )
}

const FRAME = 'catalogue'

/** The shop inside the procurement system. */
export function FramePage({ requisition, visit, nonce }: { requisition: Requisition; visit: Visit; nonce: string }) {
  const { departure, outcome } = visit
  const address = departure?.fields.length === 0 ? departure.action : undefined
  return (
    <div className="stack">
      <Title requisition={requisition} visit={visit} />
      {outcome === 'open' && departure ? (
        <>
          <iframe name={FRAME} title="Catalogue of Demo Office Supplies" src={address} />
          {!address && (
            <>
              <div className="actions soft small">
                The call-up is a form posted into the frame.
                <GoOn departure={departure} target={FRAME} label="Open the catalogue" />
              </div>
              <script nonce={nonce}>{"document.getElementById('call-up').submit()"}</script>
            </>
          )}
        </>
      ) : (
        <p className="note">
          This punchout is over.{' '}
          <a href={`/demo/buyer/requisitions/${requisition.id}`}>Back to requisition {requisition.number}</a>
        </p>
      )}
      <Documents requisition={requisition} visit={visit} />
    </div>
  )
}

/** Inside the frame, after the cart came back: cXML names no target, so the way out of the frame is a link. */
export function ReturnedPage({ requisition }: { requisition: Requisition }) {
  const outcome = requisition.visits.at(-1)?.outcome
  return (
    <div className="card">
      <h1>{outcome === 'cart' ? 'The cart has arrived' : 'You left without a cart'}</h1>
      <p className="soft">The shop is closed; go on in your procurement system.</p>
      <p className="actions">
        <a className="button" href={`/demo/buyer/requisitions/${requisition.id}`} target="_top">
          To requisition {requisition.number}
        </a>
      </p>
    </div>
  )
}
