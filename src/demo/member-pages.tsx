// The storefront's pages for coming in without punchout: sign in, choose the company, and who is in.
import { demoPassword, demoPeople } from './credentials.ts'
import type { Member } from './member-sessions.ts'

interface SignInProps {
  base: string
  email?: string
  problem?: string | undefined
  /** Ask for the code of the authenticator app as well. */
  code?: boolean
}

export function SignInPage({ base, email = '', problem, code = false }: SignInProps) {
  const customers = demoPeople.filter((p) => p.of === 'customer')
  return (
    <div className="stack">
      <div>
        <h1>Sign in to order</h1>
        <p className="lead">
          Without a procurement system of your own: the shop keeps your cart, your company approves, and your budgets
          know.
        </p>
      </div>
      <div className="grid top">
        <form className="card stack" method="post" action={`${base}/sign-in`}>
          {problem && (
            <p className="note bad" role="alert">
              {problem}
            </p>
          )}
          <div className="field">
            <label htmlFor="email">E-mail address</label>
            <input id="email" name="email" type="email" autoComplete="username" required defaultValue={email} />
          </div>
          <div className="field">
            <label htmlFor="password">Password</label>
            <input id="password" name="password" type="password" autoComplete="current-password" required />
          </div>
          {code && (
            <div className="field">
              <label htmlFor="code">Code of your authenticator app</label>
              <input id="code" name="code" type="text" autoComplete="one-time-code" required />
            </div>
          )}
          <button className="button full" type="submit">
            Sign in
          </button>
        </form>
        <section className="note" aria-labelledby="people">
          <h2 id="people">People of the demo</h2>
          <p>
            All with the password <code>{demoPassword}</code>
          </p>
          <ul className="plain stack tight">
            {customers.map((p) => (
              <li key={p.email}>
                <b>{p.name}</b>, {p.role.replace('-', ' ')}: <code>{p.email}</code>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  )
}

export function CompaniesPage({ base, member }: { base: string; member: Member }) {
  return (
    <div className="stack">
      <div>
        <h1>Whom do you order for?</h1>
        <p className="lead">
          {member.companies.length === 0
            ? `${member.person.name} is in no company that orders here.`
            : 'Cart, budgets and approvals are the company’s. You can switch at any time.'}
        </p>
      </div>
      <form className="cards" method="post" action={`${base}/company`}>
        {member.companies.map((company) => (
          <button
            key={company.accountId}
            className="button quiet"
            type="submit"
            name="accountId"
            value={company.accountId}
          >
            {company.name}
            {company.accountId === member.account?.id && <span className="badge good">you are here</span>}
          </button>
        ))}
      </form>
    </div>
  )
}

/** Who is in, below the shop's header. */
export function MemberBar({ base, member }: { base: string; member: Member }) {
  return (
    <aside className="guest" aria-label="Signed in">
      <div className="wide">
        <span className="who">
          <b>{member.person.name}</b>
          {member.account && (
            <>
              {' '}
              for <b>{member.account.name}</b>
            </>
          )}
        </span>
        {member.companies.length > 1 && member.account && <a href={`${base}/company`}>Switch company</a>}
        <form className="inline" method="post" action={`${base}/sign-out`}>
          <button className="button quiet small" type="submit">
            Sign out
          </button>
        </form>
      </div>
    </aside>
  )
}
