// The storefront's pages: catalogue, product, and who the buyer is. The cart's pages are in cart-pages.tsx.
import type { ReactNode } from 'react'
import { linesOf } from './cart-entries.ts'
import { catalogue, type Product } from './catalogue.ts'
import { Mark } from './layout.tsx'
import { MemberBar } from './member-pages.tsx'
import { type Member, may } from './member-sessions.ts'
import type { ShopSession } from './shop-sessions.ts'

/** Where links of a page start: the session's address, or the open shop's. */
export interface Shop {
  base: string
  session: ShopSession | null
  /** Who is signed in without punchout. */
  member: Member | null
}

export const readOnly = ({ session }: Shop) => session?.hub.operation === 'inspect'

/** `path`: of the page shown, for the link that leads to it. */
export function ShopHeader({ base, session, member, path }: Shop & { path: string }) {
  const links: [path: string, text: string][] = [
    ['', 'Catalogue'],
    ...(member
      ? linksOf(member)
      : ([
          ['/orders', 'Orders'],
          ['/invoices', 'Invoices'],
        ] as [string, string][])),
    ...(session ? [['/cart', `Cart (${session.entries.length})`] as [string, string]] : []),
  ]
  return (
    <>
      <header className="bar">
        <div className="wide">
          <a className="brand" href={base}>
            <Mark />
            Demo Office Supplies
          </a>
          <nav aria-label="Shop">
            {links.map(([to, text]) => (
              <a key={to} href={base + to} aria-current={isAt(path, base + to, to === '') ? 'page' : undefined}>
                {text}
              </a>
            ))}
            {!session && !member && (
              <>
                <a href="/demo/buyer">Buyer simulator</a>
                <a href={`${base}/sign-in`}>Sign in</a>
              </>
            )}
          </nav>
        </div>
      </header>
      {session && <Guest base={base} session={session} />}
      {member && <MemberBar base={base} member={member} />}
    </>
  )
}

/** What they may see. */
function linksOf(member: Member): [path: string, text: string][] {
  const all: [path: string, text: string, permission: string][] = [
    ['/requisitions', 'Requisitions', 'order.view'],
    ['/orders', 'Orders', 'order.view'],
    ['/budgets', 'Budgets', 'budget.view'],
    ['/invoices', 'Invoices', 'invoice.view'],
    ['/cart', `Cart (${member.lines})`, 'order.place'],
  ]
  return all.flatMap(([to, text, permission]) => (member.account && may(member, permission) ? [[to, text]] : []))
}

/** Of the pages below, the first is none but itself. */
const isAt = (path: string, link: string, first: boolean) => path === link || (!first && path.startsWith(`${link}/`))

const DOING = { create: null, source: null, edit: 'changing a requisition', inspect: 'looking at a requisition' }

function Guest({ base, session }: { base: string; session: ShopSession }) {
  const { hub } = session
  const doing = DOING[hub.operation]
  return (
    <aside className="guest" aria-label="Your punchout">
      <div className="wide">
        <span className="who">
          Welcome, <b>{hub.person.name || hub.person.email}</b> of <b>{hub.company.name}</b>
          {hub.costCentre && `, cost centre ${hub.costCentre}`}
        </span>
        {doing && <span className="badge good">{doing}</span>}
        {hub.mode === 'test' && <span className="badge warn">test</span>}
        <form className="inline" method="post" action={`${base}/leave`}>
          <button className="button quiet small" type="submit">
            {hub.operation === 'inspect' ? `Back to ${hub.partner.name}` : 'Leave without buying'}
          </button>
        </form>
      </div>
    </aside>
  )
}

export function CataloguePage({ shop, words, found }: { shop: Shop; words: string; found: Product[] }) {
  return (
    <>
      {shop.session ? <Greeting session={shop.session} /> : <NoPunchout shop={shop} />}
      <search>
        <form className="search" action={shop.base} method="get">
          <label className="sr" htmlFor="words">
            Search the catalogue
          </label>
          <input
            id="words"
            type="search"
            name="q"
            defaultValue={words}
            placeholder="Pens, 00123, desk…"
            maxLength={200}
          />
          <button className="button" type="submit">
            Search
          </button>
        </form>
      </search>
      {words && (
        <p className="soft" role="status">
          {found.length === 0
            ? `Nothing found for “${words}”.`
            : `${found.length} of ${catalogue.length} for “${words}”.`}{' '}
          <a href={shop.base}>Show everything</a>
        </p>
      )}
      <ul className="cards products">
        {found.map((product) => (
          <li className="card" key={product.sku}>
            <Picture product={product} />
            <div className="text">
              <span className="small soft">{product.sku}</span>
              <h2 className="clip">
                <a href={productPath(shop, product)}>{product.name}</a>
              </h2>
              <div className="foot">
                <Price product={product} />
                <a
                  className="button quiet small"
                  href={productPath(shop, product)}
                  aria-label={`Details of ${product.name.slice(0, 60)}`}
                >
                  Details
                </a>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}

function Greeting({ session }: { session: ShopSession }) {
  const { partner, operation } = session.hub
  return (
    <>
      <h1>Catalogue</h1>
      <p className="lead">
        {operation === 'inspect'
          ? `You look at a requisition of ${partner.name}; nothing can be changed.`
          : `Fill your cart; it goes back to ${partner.name}, where it is approved and ordered.`}
      </p>
    </>
  )
}

function NoPunchout({ shop: { base, member } }: { shop: Shop }) {
  if (member)
    return (
      <>
        <h1>Catalogue</h1>
        <p className="lead">
          {may(member, 'order.place')
            ? 'Fill your cart and ask for it: your company’s rules say who has to agree.'
            : 'You may look. What waits for your decision is at your approvals.'}
        </p>
        {may(member, 'approval.decide') && (
          <p className="actions">
            <a className="button quiet" href="/approvals">
              Your approvals
            </a>
          </p>
        )}
      </>
    )
  return (
    <>
      <h1>Demo Office Supplies</h1>
      <p className="lead">
        You look at this shop from outside. To buy, come from a procurement system: a punchout opens the shop with your
        name, and your cart goes back to where you came from. Or sign in, and order here.
      </p>
      <p className="actions">
        <a className="button" href="/demo/buyer">
          Punch out with the buyer simulator
        </a>
        <a className="button quiet" href={`${base}/sign-in`}>
          Sign in
        </a>
      </p>
    </>
  )
}

/** Whether this visitor can put something into a cart. */
const buys = (shop: Shop) => (shop.session ? !readOnly(shop) : shop.member !== null && may(shop.member, 'order.place'))

interface ProductPageProps {
  shop: Shop
  product: Product
  quantity: string
  problem: string | null
}

export function ProductPage({ shop, product, quantity, problem }: ProductPageProps) {
  const { prices, parts, unitName } = product
  return (
    <>
      <p className="small">
        <a href={shop.base}>← Catalogue</a>
      </p>
      <div className="detail">
        <Picture product={product} large />
        <div>
          <p className="small soft">{product.sku}</p>
          <h1>{product.name}</h1>
          <p className="soft">{product.text}</p>
          <p>
            <Price product={product} /> <span className="soft small">without {product.taxPercent} % btw</span>
          </p>
          {prices.slice(1).map((p) => (
            <p key={p.from} className="small">
              From {p.from} on: € {p.price} a {unitName}
            </p>
          ))}
          {buys(shop) && <AddForm shop={shop} product={product} quantity={quantity} problem={problem} />}
          {!shop.session && !shop.member && (
            <p className="note">
              Prices are for everyone here. <a href="/demo/buyer">Punch out</a> or{' '}
              <a href={`${shop.base}/sign-in`}>sign in</a> to buy.
            </p>
          )}
          <dl>
            <Fact name="Available">{product.stock}</Fact>
            <Fact name="Delivery">{`${product.leadTimeDays} ${product.leadTimeDays === 1 ? 'day' : 'days'}`}</Fact>
            <Fact name="Manufacturer">{`${product.maker}, ${product.makerPart}`}</Fact>
            <Fact name="Classification">{`UNSPSC ${product.unspsc}, ECLASS ${product.eclass}`}</Fact>
            <Fact name="Unit">{`${unitName} (${product.unit})`}</Fact>
            {parts && <Fact name="Parts">{parts.map((p) => `${p.quantity} × ${p.sku}`).join(', ')}</Fact>}
          </dl>
        </div>
      </div>
    </>
  )
}

function AddForm({ shop, product, quantity, problem }: ProductPageProps) {
  return (
    <form className="stack card" method="post" action={`${shop.base}/cart/add`}>
      {problem && (
        <p className="note bad" role="alert">
          {problem}
        </p>
      )}
      <input type="hidden" name="sku" value={product.sku} />
      <div className="grid">
        {product.options && (
          <div className="field">
            <label htmlFor="option">Width and top</label>
            <select id="option" name="option">
              {product.options.map((o) => (
                <option key={o.key} value={o.key}>
                  {o.name}
                  {o.add === '0.00' ? '' : ` (+ € ${o.add})`}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="field">
          <label htmlFor="quantity">Quantity ({product.unitName})</label>
          <input
            id="quantity"
            name="quantity"
            type="text"
            inputMode="decimal"
            defaultValue={quantity}
            required
            maxLength={11}
          />
        </div>
      </div>
      <button className="button" type="submit">
        Add to cart
      </button>
    </form>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

export function productPath({ base }: Shop, { sku }: { sku: string }): string {
  return `${base}/products/${encodeURIComponent(sku)}`
}

function Price({ product }: { product: Product }) {
  const per = product.priceUnit ? `${product.priceUnit} ${product.unitName}` : product.unitName
  return (
    <span>
      <span className="price">€ {product.prices[0]?.price}</span> <span className="small soft">/ {per}</span>
    </span>
  )
}

const DRAWINGS: Record<Product['icon'], string> = {
  pen: 'M15 4l5 5L9 20H4v-5zM12.5 6.5l5 5',
  paper: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  desk: 'M2 8h20M4 8v12M20 8v12M13 8v6h7',
  chair: 'M7 3h10l-1 9H8zM6 15h12M12 15v4M8 21l4-2 4 2',
  drop: 'M12 3s6 7 6 11a6 6 0 01-12 0c0-4 6-11 6-11z',
  cup: 'M4 9h13v6a5 5 0 01-5 5H9a5 5 0 01-5-5zM17 11h1.500a2.500 2.500 0 010 5H17M8 3v3M12 3v3',
  tool: 'M14 6a4 4 0 015-2l-3 3 1 2 2 1 2-3a4 4 0 01-6 5l-8 8-2-2 8-8a4 4 0 011-4z',
  screen: 'M3 6h18v11H3zM6 10h1M10 10h1M14 10h1M18 10h0M7 14h10',
  box: 'M12 3l9 4.500v9L12 21l-9-4.500v-9zM3 7.500l9 4.500 9-4.500M12 12v9',
  lamp: 'M9 3h6l4 9H5zM12 12v7M8 21h8',
  aid: 'M4 7h16v13H4zM9 7V4h6v3M12 10.500v6M9 13.500h6',
}

function Picture({ product, large }: { product: Product; large?: boolean }) {
  return (
    <div className={large ? 'picture large' : 'picture'}>
      <svg
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d={DRAWINGS[product.icon]} />
      </svg>
    </div>
  )
}

/** Lines of the cart that would go back. */
export function countLines(session: ShopSession): number {
  return session.entries.flatMap(linesOf).length
}

export function ShopMessage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="card">
      <h1>{title}</h1>
      {children}
    </div>
  )
}
