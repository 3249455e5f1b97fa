// The cart of a buyer without punchout, as the hub keeps it: lines, what they are charged to, where they go, and the button that asks.
import { findProduct } from './catalogue.ts'
import type { Choices, MemberCart, MemberLine } from './member-client.ts'
import { moneyOf } from './order-words.ts'
import { productPath, type Shop } from './storefront-pages.tsx'

interface Props {
  shop: Shop
  cart: MemberCart
  choices: Choices
  problem: string | null
}

export function MemberCartPage({ shop, cart, choices, problem }: Props) {
  return (
    <div className="stack">
      <h1>Your cart</h1>
      {problem && (
        <p className="note bad" role="alert">
          {problem}
        </p>
      )}
      {cart.lines.length === 0 ? (
        <p className="note">
          There is nothing in it. <a href={shop.base}>To the catalogue</a>
        </p>
      ) : (
        <>
          <LineTable shop={shop} cart={cart} change />
          <AskForm shop={shop} cart={cart} choices={choices} />
        </>
      )}
    </div>
  )
}

/** Lines and sums, of a cart or a requisition. `change`: with forms. */
export function LineTable({ shop, cart, change = false }: { shop: Shop; cart: MemberCart; change?: boolean }) {
  const { lines, currency } = cart
  const sums = { Net: cart.netAmount, btw: cart.taxAmount, Total: cart.totalAmount }
  return (
    <div className="table">
      <table className="fold">
        <thead>
          <tr>
            <th>Product</th>
            <th className="number">Price</th>
            <th>Quantity</th>
            <th className="number">Amount</th>
            {change && (
              <th>
                <span className="sr">Remove</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line
              key={`${line.supplierPartId} ${line.note ?? ''}`}
              {...{ shop, line, currency, change: change && findProduct(line.supplierPartId) !== undefined }}
            />
          ))}
        </tbody>
        <tfoot>
          {Object.entries(sums).map(([label, amount]) => (
            <tr key={label}>
              <td aria-hidden="true" colSpan={2} />
              <td className="right">{label}</td>
              <td className="number">{moneyOf(amount, currency)}</td>
              {change && <td aria-hidden="true" />}
            </tr>
          ))}
        </tfoot>
      </table>
    </div>
  )
}

/** The product's option a line is of; it stands in the line's note. */
export function optionOf({ supplierPartId, note }: MemberLine): string | null {
  const { options } = findProduct(supplierPartId) ?? {}
  return (options?.find((o) => o.name === note) ?? options?.[0])?.key ?? null
}

function Line(props: { shop: Shop; line: MemberLine; currency: string; change: boolean }) {
  const { shop, line, currency, change } = props
  const { supplierPartId, description, unitPrice, priceUnit, quantity, netAmount, problem } = line
  const option = optionOf(line) ?? ''
  const id = `q-${supplierPartId}-${option}`
  const known = (
    <>
      <input type="hidden" name="sku" value={supplierPartId} />
      <input type="hidden" name="option" value={option} />
    </>
  )
  return (
    <tr>
      <td className="lead-cell">
        {findProduct(supplierPartId) ? (
          <a href={productPath(shop, { sku: supplierPartId })}>{description}</a>
        ) : (
          description
        )}
        <span className="small soft">{supplierPartId}</span>
        {problem && (
          <span className="small">
            <span className="badge warn">can’t be ordered</span> {problem}
          </span>
        )}
      </td>
      <td className="number hide">
        {unitPrice ? moneyOf(unitPrice, currency) : '–'}
        {priceUnit !== '1' && <span className="small soft">per {priceUnit}</span>}
      </td>
      <td>
        {change ? (
          <form className="inline" method="post" action={`${shop.base}/cart/change`}>
            {known}
            <label className="sr" htmlFor={id}>
              Quantity of {description.slice(0, 60)}
            </label>
            <input
              className="short"
              {...{ id, name: 'quantity', type: 'text', inputMode: 'decimal', maxLength: 11, required: true }}
              defaultValue={quantity}
            />
            <button className="button quiet small" type="submit">
              Update
            </button>
          </form>
        ) : (
          <>
            <span className="soft">× </span>
            {quantity}
          </>
        )}
      </td>
      <td className="number">{netAmount ? moneyOf(netAmount, currency) : '–'}</td>
      {change && (
        <td>
          <form className="inline" method="post" action={`${shop.base}/cart/change`}>
            {known}
            <button
              className="button quiet small"
              {...{ type: 'submit', name: 'remove', value: 'yes' }}
              aria-label={`Remove ${description.slice(0, 60)}`}
            >
              Remove
            </button>
          </form>
        </td>
      )}
    </tr>
  )
}

/** What the lines are charged to so far: all of them alike. */
export function chargeOf({ lines }: Pick<MemberCart, 'lines'>): { costCentre: string | null; project: string | null } {
  const { costCentre = null, project = null } = lines.find((l) => l.shares[0])?.shares[0] ?? {}
  return { costCentre, project }
}

function AskForm({ shop, cart, choices }: Omit<Props, 'problem'>) {
  const charge = chargeOf(cart)
  const named = (items: Choices['projects']) =>
    items.map(({ code, name }) => [code, name ? `${code}, ${name}` : code] as const)
  return (
    <form className="card stack" method="post" action={`${shop.base}/cart/submit`}>
      <h2>Who pays, and where to</h2>
      <div className="grid">
        <Choice
          {...{ name: 'costCentre', label: 'Cost centre', none: 'None', items: named(choices.costCentres) }}
          chosen={charge.costCentre ?? choices.costCentres[0]?.code ?? ''}
        />
        <Choice
          {...{ name: 'project', label: 'Project', none: 'None', items: named(choices.projects) }}
          chosen={charge.project ?? ''}
        />
        <Choice
          {...{ name: 'shipTo', label: 'Ship to', none: 'As agreed' }}
          items={choices.shipTos.map(({ code, address }) => [
            code,
            [address?.name ?? code, address?.city].filter(Boolean).join(', '),
          ])}
          chosen={cart.shipTo?.addressId ?? choices.shipTos[0]?.code ?? ''}
        />
        <div className="field">
          <label htmlFor="comments">Comments</label>
          <input id="comments" name="comments" type="text" maxLength={1000} defaultValue={cart.comments ?? ''} />
        </div>
      </div>
      <div className="actions">
        <button className="button" type="submit">
          Ask for this order
        </button>
        <a className="button quiet" href={shop.base}>
          Go on shopping
        </a>
      </div>
      <p className="soft small">
        Your company’s rules say who has to agree. Where nobody has to, it is ordered at once.
      </p>
    </form>
  )
}

interface ChoiceProps {
  name: string
  label: string
  none: string
  items: readonly (readonly [value: string, text: string])[]
  chosen: string
}

function Choice({ name, label, none, items, chosen }: ChoiceProps) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <select id={name} name={name} defaultValue={chosen}>
        {items.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
        <option value="">{none}</option>
      </select>
    </div>
  )
}
