// The storefront's cart, and what the hub says of it before it goes back.
import { cartTotal, lineAmount } from '../cart.ts'
import { addDecimals } from '../money.ts'
import { type CartEntry, linesOf, taxOf, toCart } from './cart-entries.ts'
import { findProduct } from './catalogue.ts'
import type { Warning } from './hub-client.ts'
import { productPath, readOnly, type Shop } from './storefront-pages.tsx'

export function CartPage({ shop, problem }: { shop: Shop; problem: string | null }) {
  const { session, base } = shop
  if (!session) return null
  const fixed = readOnly(shop)
  const partner = session.hub.partner.name
  return (
    <div className="stack">
      <h1>{fixed ? 'The requisition' : 'Your cart'}</h1>
      {problem && (
        <p className="note bad" role="alert">
          {problem}
        </p>
      )}
      {session.entries.length === 0 ? (
        <p className="note">
          There is nothing in it. <a href={base}>To the catalogue</a>
        </p>
      ) : (
        <EntryTable shop={shop} entries={session.entries} />
      )}
      {!fixed && (
        <div className="actions">
          <form method="post" action={`${base}/return`}>
            <button className="button" type="submit">
              Return cart to {partner}
            </button>
          </form>
          <a className="button quiet" href={base}>
            Go on shopping
          </a>
        </div>
      )}
    </div>
  )
}

function EntryTable({ shop, entries }: { shop: Shop; entries: CartEntry[] }) {
  const cart = toCart(entries)
  const net = cartTotal(cart)
  const tax = taxOf(cart.lines)
  const span = readOnly(shop) ? 3 : 4
  return (
    <div className="table">
      <table className="fold">
        <thead>
          <tr>
            <th>Product</th>
            <th className="number">Price</th>
            <th>Quantity</th>
            <th className="number">Amount</th>
            {!readOnly(shop) && (
              <th>
                <span className="sr">Remove</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <EntryRow key={entry.id} shop={shop} entry={entry} />
          ))}
        </tbody>
        <tfoot>
          <Sum label="Net" amount={net} span={span} />
          <Sum label="btw" amount={tax} span={span} />
          <Sum label="Total" amount={addDecimals(net, tax)} span={span} />
        </tfoot>
      </table>
    </div>
  )
}

function Sum({ label, amount, span }: { label: string; amount: string; span: number }) {
  return (
    <tr>
      <td aria-hidden="true" colSpan={span - 2} />
      <td className="right">{label}</td>
      <td className="number">€ {amount}</td>
      {span === 4 && <td aria-hidden="true" />}
    </tr>
  )
}

const NOTICES = { stale: 'from an older cart', unknown: 'not from us', gone: 'not sold', price: 'new price' }

function EntryRow({ shop, entry }: { shop: Shop; entry: CartEntry }) {
  const product = findProduct(entry.sku)
  const [line, ...parts] = linesOf(entry)
  const name = line?.description ?? entry.sku
  return (
    <tr>
      <td className="lead-cell">
        {product ? <a href={productPath(shop, product)}>{name}</a> : name}
        <span className="small soft">{entry.sku}</span>
        {parts.map((part, i) => (
          <span className="small soft" key={`${part.supplierPartId}-${i.toString()}`}>
            {part.quantity} × {part.description}
          </span>
        ))}
        {entry.notice && (
          <span className="small">
            <span className="badge warn">{NOTICES[entry.notice.kind]}</span> {entry.notice.text}
          </span>
        )}
      </td>
      <td className="number hide">
        {line ? `€ ${line.unitPrice.amount}` : '–'}
        {line?.priceUnit && <span className="small soft">per {line.priceUnit}</span>}
      </td>
      <td>
        {readOnly(shop) ? (
          entry.quantity
        ) : (
          <form className="inline" method="post" action={`${shop.base}/cart/change`}>
            <input type="hidden" name="id" value={entry.id} />
            <label className="sr" htmlFor={`q-${entry.id}`}>
              Quantity of {name.slice(0, 60)}
            </label>
            <input
              className="short"
              id={`q-${entry.id}`}
              name="quantity"
              type="text"
              inputMode="decimal"
              defaultValue={entry.quantity}
              maxLength={11}
              required
            />
            <button className="button quiet small" type="submit">
              Update
            </button>
          </form>
        )}
      </td>
      <td className="number">{line ? `€ ${lineAmount(line)}` : '–'}</td>
      {!readOnly(shop) && (
        <td>
          <form className="inline" method="post" action={`${shop.base}/cart/remove`}>
            <input type="hidden" name="id" value={entry.id} />
            <button className="button quiet small" type="submit" aria-label={`Remove ${name.slice(0, 60)}`}>
              Remove
            </button>
          </form>
        </td>
      )}
    </tr>
  )
}

/** What the buyer's system would make of the cart. Nothing has left yet. */
export function ReviewPage({ shop, warnings }: { shop: Shop; warnings: Warning[] }) {
  const { session, base } = shop
  if (!session) return null
  const partner = session.hub.partner.name
  const refused = warnings.some((w) => w.code === 'rejected')
  return (
    <div className="stack">
      <h1>{refused ? 'This cart would be refused' : 'Before your cart leaves'}</h1>
      <div className={`note ${refused ? 'bad' : 'warn'}`}>
        <h2>
          {refused
            ? `${partner} would not take this cart. Change what is marked.`
            : `${partner} can not take everything as it is.`}
        </h2>
        <ul className="changes">
          {warnings.map((w) => (
            <Change key={`${w.line ?? 0} ${w.field} ${w.code}`} shop={shop} warning={w} />
          ))}
        </ul>
      </div>
      <div className="actions">
        {!refused && (
          <form method="post" action={`${base}/return`}>
            <input type="hidden" name="seen" value="yes" />
            <button className="button" type="submit">
              Return cart to {partner}
            </button>
          </form>
        )}
        <a className="button quiet" href={`${base}/cart`}>
          Back to the cart
        </a>
      </div>
    </div>
  )
}

const CODES: Record<string, string> = {
  cut: 'shortened',
  remapped: 'mapped',
  rejected: 'refused',
  rounded: 'rounded',
  replaced: 'replaced',
  missing: 'missing',
  notice: 'note',
}

function Change({ shop, warning: { line, field, code, message, before, after } }: { shop: Shop; warning: Warning }) {
  const sku = line === undefined ? null : toCart(shop.session?.entries ?? []).lines[line - 1]?.supplierPartId
  return (
    <li>
      <span className={`badge ${code === 'rejected' ? 'bad' : code === 'notice' ? '' : 'warn'}`}>
        {CODES[code] ?? code}
      </span>{' '}
      {sku && (
        <>
          Line {line}, {sku}:{' '}
        </>
      )}
      <code>{field}</code> {message}.
      <Difference before={before} after={after} />
    </li>
  )
}

/** Of a shortened text the end is what matters. */
function Difference({ before, after }: Pick<Warning, 'before' | 'after'>) {
  if (before === undefined && after === undefined) return null
  const cut = before !== undefined && after !== undefined && before.startsWith(after)
  if (cut)
    return (
      <div className="small">
        {after.length > 60 ? `…${after.slice(-60)}` : after}
        <span className="before">{before.slice(after.length)}</span>
      </div>
    )
  return (
    <div className="small">
      {before !== undefined && <span className="before">{before.slice(0, 200)}</span>}
      {after !== undefined && ` → ${after.slice(0, 200)}`}
    </div>
  )
}

/** An edited requisition without lines: did the buyer mean it? */
export function EmptiedPage({ shop }: { shop: Shop }) {
  const partner = shop.session?.hub.partner.name
  return (
    <div className="stack">
      <h1>Your cart is empty</h1>
      <p className="lead">Shall the requisition in {partner} lose all its lines, or stay as it is?</p>
      <div className="actions">
        <form method="post" action={`${shop.base}/return`}>
          <input type="hidden" name="emptied" value="yes" />
          <button className="button" type="submit">
            Remove all lines
          </button>
        </form>
        <form method="post" action={`${shop.base}/leave`}>
          <button className="button quiet" type="submit">
            Leave it as it is
          </button>
        </form>
      </div>
    </div>
  )
}
