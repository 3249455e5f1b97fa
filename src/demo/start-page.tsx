// The simulator's first page: who punches out, by which protocol, where to.
import type { ReactNode } from 'react'
import { OutcomeBadge } from './buyer-pages.tsx'
import { OrderBadge } from './order-section.tsx'
import type { Requisition } from './requisitions.ts'
import { functions } from './sap.ts'

export function StartPage({ requisitions, framed }: { requisitions: Requisition[]; framed: boolean }) {
  return (
    <div className="stack">
      <div>
        <h1>Buyer simulator</h1>
        <p className="lead">
          You are an employee of the City of Almere, in front of your procurement system. Open the catalogue of Demo
          Office Supplies, fill a cart, bring it back and order it.
        </p>
      </div>
      <form className="card stack" method="post" action="/demo/buyer/punchouts">
        <fieldset>
          <legend>Procurement system</legend>
          <div className="choices">
            <Choice name="system" value="cxml" title="SAP Ariba" checked>
              cXML: asks the hub server to server, then opens the StartPage
            </Choice>
            <Choice name="system" value="oci" title="SAP SRM">
              OCI: the browser opens the hub with a form
            </Choice>
          </div>
        </fieldset>
        <div className="grid">
          <Field
            id="email"
            label="Your e-mail address"
            hint="Try someone@elsewhere.example: Ariba’s rules refuse them."
          >
            <input
              id="email"
              name="email"
              type="text"
              defaultValue="jane@almere.example"
              maxLength={200}
              aria-describedby="email-hint"
            />
          </Field>
          <div className="only-cxml">
            <Field id="mode" label="Deployment mode">
              <select id="mode" name="mode">
                <option value="production">production</option>
                <option value="test">test</option>
              </select>
            </Field>
          </div>
          <div className="only-oci">
            <Field id="function" label="Function">
              <select id="function" name="function">
                {functions.map((f) => (
                  <option key={f} value={f}>
                    {f || 'none: open the catalogue'}
                  </option>
                ))}
              </select>
            </Field>
          </div>
          <Field id="productId" label="Product" hint="Opens the shop there, such as 00123. Empty: the catalogue.">
            <input id="productId" name="productId" type="text" maxLength={200} aria-describedby="productId-hint" />
          </Field>
          <div className="only-oci">
            <Field id="quantity" label="Quantity" hint="For VALIDATE, such as 10.">
              <input
                id="quantity"
                name="quantity"
                type="text"
                inputMode="decimal"
                maxLength={15}
                aria-describedby="quantity-hint"
              />
            </Field>
          </div>
          <div className="only-oci">
            <Field id="searchString" label="Search for" hint="For SOURCING and BACKGROUND_SEARCH, such as pen.">
              <input
                id="searchString"
                name="searchString"
                type="text"
                maxLength={200}
                aria-describedby="searchString-hint"
              />
            </Field>
          </div>
          <div className="only-oci">
            <Field id="method" label="Call-up by">
              <select id="method" name="method">
                <option value="POST">POST</option>
                <option value="GET">GET</option>
              </select>
            </Field>
          </div>
          <div className="only-oci">
            <Field id="charset" label="Character set">
              <select id="charset" name="charset">
                <option value="utf-8">UTF-8</option>
                <option value="iso-8859-1">ISO-8859-1, as old SRM</option>
              </select>
            </Field>
          </div>
        </div>
        <fieldset>
          <legend>Open the catalogue in</legend>
          <div className="choices">
            <Choice name="frame" value="tab" title="This tab" checked>
              The procurement system makes room for the shop
            </Choice>
            <Choice name="frame" value="iframe" title="An iframe">
              {framed
                ? 'The shop inside the procurement system, on another origin: the hard case for cookies'
                : 'The shop inside the procurement system'}
            </Choice>
          </div>
        </fieldset>
        <div>
          <button className="button" type="submit">
            Punch out
          </button>
        </div>
      </form>
      {requisitions.length > 0 && <RequisitionList requisitions={requisitions} />}
    </div>
  )
}

function Choice(props: { name: string; value: string; title: string; checked?: boolean; children: string }) {
  const { name, value, title, checked, children } = props
  return (
    <label className="choice" htmlFor={`${name}-${value}`}>
      <input id={`${name}-${value}`} type="radio" name={name} value={value} defaultChecked={checked} />
      <span>
        <b>{title}</b>
        <span className="soft small">{children}</span>
      </span>
    </label>
  )
}

function Field({ id, label, hint, children }: { id: string; label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

function RequisitionList({ requisitions }: { requisitions: Requisition[] }) {
  return (
    <section className="table" aria-labelledby="recent">
      <table className="fold">
        <caption id="recent">Requisitions</caption>
        <thead>
          <tr>
            <th>Number</th>
            <th>System</th>
            <th>For</th>
            <th>Last punchout</th>
            <th>Order</th>
          </tr>
        </thead>
        <tbody>
          {requisitions.map((r) => (
            <tr key={r.id}>
              <td>
                <a href={`/demo/buyer/requisitions/${r.id}`}>{r.number}</a>
              </td>
              <td className="nowrap hide">{r.system === 'cxml' ? 'Ariba, cXML' : 'SRM, OCI'}</td>
              <td className="hide">{r.email}</td>
              <td>{r.visits.at(-1) ? <OutcomeBadge outcome={r.visits.at(-1)?.outcome ?? 'open'} /> : 'copied'}</td>
              <td>
                <OrderBadge requisition={r} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
