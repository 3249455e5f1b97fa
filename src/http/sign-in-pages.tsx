// Pages: sign in, the second step, choose and switch company, home.
import type { Request, Response } from 'express'
import { toString as drawQr } from 'qrcode'
import type { Access } from '../accounts/access.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { listProviders } from '../sign-in/identity-provider-store.ts'
import { type Company, listCompanies } from '../sign-in/person-session-store.ts'
import { beginSecondFactor, confirmWithCode } from '../sign-in/second-factor.ts'
import { findSecondFactor } from '../sign-in/second-factor-store.ts'
import { provePassword, proveSecondFactor } from '../sign-in/sign-in.ts'
import { endSession, endSessionsOf } from '../sign-in/start-session.ts'
import { findCaller } from './authenticate.ts'
import type { Route } from './route.ts'
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts'
import { assertMadeFor, MadeFor, nextOf, orMessage, readForm, sendFormPage, Wrong } from './session-page.tsx'
import { endOtherSessions, switchCompany } from './sessions.ts'
import { atSeller, type Entered, enter, enterWithTicket, giveSecondStep, guarded, sellerToEnter } from './sign-in.ts'

const page = (method: 'get' | 'post', path: string, summary: string, handle: Route['handle']): Route => ({
  method,
  path,
  who: 'anyone',
  summary,
  handle,
})

interface SignInForm {
  seller?: string | undefined
  next: string
  email?: string
  wrong?: string
  note?: string
}

async function showSignIn(hub: Hub, res: Response, form: SignInForm, status = 200): Promise<void> {
  const sellerId = await sellerToEnter(hub, form.seller)
  const providers = await listProviders(hub.db, sellerId)
  const query = form.seller ? `?seller=${form.seller}` : ''
  sendFormPage(
    res,
    'Sign in',
    <>
      {form.note ? <p role="status">{form.note}</p> : null}
      <Wrong message={form.wrong} />
      <form method="post" action="/sign-in">
        {form.seller ? <input type="hidden" name="seller" value={form.seller} /> : null}
        <input type="hidden" name="next" value={form.next} />
        <label htmlFor="email">E-mail address</label>
        <input id="email" name="email" type="email" autoComplete="username" required defaultValue={form.email} />
        <label htmlFor="password">Password</label>
        <input id="password" name="password" type="password" autoComplete="current-password" required />
        <button type="submit">Sign in</button>
      </form>
      {providers.map((p) => (
        <a key={p.id} className="button quiet" href={`/sign-in/with/${p.id}?next=${encodeURIComponent(form.next)}`}>
          Sign in with {p.name}
        </a>
      ))}
      <p className="foot">
        <a href={`/password/forgot${query}`}>Forgot the password?</a>
        <a href={`/register${query}`}>New here?</a>
      </p>
    </>,
    status,
  )
}

function showCode(res: Response, form: { ticket: string; next: string; wrong?: string }, status = 200): void {
  sendFormPage(
    res,
    'One more step',
    <>
      <p>Type the code of your authenticator app, or a recovery code.</p>
      <Wrong message={form.wrong} />
      <form method="post" action="/sign-in/code">
        <input type="hidden" name="ticket" value={form.ticket} />
        <input type="hidden" name="next" value={form.next} />
        <label htmlFor="code">Code</label>
        <input id="code" name="code" autoComplete="one-time-code" required />
        <button type="submit">Go on</button>
      </form>
    </>,
    status,
  )
}

/** The browser keeps the token; who has companies to choose from does so first. */
export function welcomeIn(hub: Hub, res: Response, entered: Entered, next: string): void {
  setSessionCookie(hub, res, entered.token)
  res.redirect(303, entered.membershipId ? next : `/sign-in/company?next=${encodeURIComponent(next)}`)
}

/** Goes on to the second step where the person has one, else lets them in. */
export async function enterOrAskCode(
  hub: Hub,
  req: Request,
  res: Response,
  person: { sellerId: string; personId: string },
  next: string,
  way: 'password' | 'openid',
): Promise<void> {
  const needed = await orMessage(() => proveSecondFactor(hub.db, hub.keys, person.personId, undefined, hub.now()))
  if ('wrong' in needed) return showCode(res, { ticket: await giveSecondStep(hub, person), next })
  welcomeIn(hub, res, await enter(hub, req, person, way), next)
}

async function signedIn(hub: Hub, req: Request, res: Response): Promise<Access | undefined> {
  const access = await findCaller(hub, req)
  if (access?.person) return access
  res.redirect(303, `/sign-in?next=${encodeURIComponent(nextOf(req.originalUrl))}`)
  return undefined
}

function Companies({ companies, access, next }: { companies: Company[]; access: Access; next: string }) {
  return (
    <form method="post" action="/sign-in/company">
      <input type="hidden" name="next" value={next} />
      {companies.map((c) => (
        <button key={c.accountId} type="submit" name="accountId" value={c.accountId} className="quiet">
          {c.name}
          {access.membership?.id === c.membershipId ? <span className="here">you are here</span> : null}
        </button>
      ))}
    </form>
  )
}

function SignOut() {
  return (
    <form method="post" action="/sign-out">
      <button type="submit" className="quiet">
        Sign out
      </button>
    </form>
  )
}

export const signInPageRoutes: Route[] = [
  page('get', '/sign-in', 'Sign-in page', async (hub, req, res) => {
    const { seller, next, note } = req.query as Record<string, string | undefined>
    const notes: Record<string, string> = {
      password: 'Your password is changed. Sign in with it.',
      accepted: 'Accepted. Sign in to go on.',
    }
    const said = notes[note ?? '']
    await showSignIn(hub, res, { seller, next: nextOf(next), ...(said ? { note: said } : {}) })
  }),
  page('post', '/sign-in', 'Sign in', async (hub, req, res) => {
    const form = await readForm(hub, req, res)
    const seller = form.seller || undefined
    const next = nextOf(form.next)
    const { email = '', password = '' } = form
    const sellerId = await sellerToEnter(hub, seller)
    const proven = await orMessage(() =>
      guarded(hub, req, { sellerId, identity: email }, () => provePassword(hub.db, sellerId, email.trim(), password)),
    )
    if ('wrong' in proven)
      return showSignIn(
        hub,
        res,
        { seller, next, email, wrong: proven.wrong.message },
        proven.wrong.code === 'too_many_requests' ? 429 : 401,
      )
    await enterOrAskCode(hub, req, res, proven.done, next, 'password')
  }),
  page('post', '/sign-in/code', 'Second step of signing in', async (hub, req, res) => {
    const { ticket = '', code = '', next } = await readForm(hub, req, res)
    const entered = await orMessage(() => enterWithTicket(hub, req, { ticket, code, way: 'password' }))
    if ('wrong' in entered) return showCode(res, { ticket, next: nextOf(next), wrong: entered.wrong.message }, 401)
    welcomeIn(hub, res, entered.done, nextOf(next))
  }),
  page('get', '/sign-in/company', 'Choose a company', async (hub, req, res) => {
    const access = await signedIn(hub, req, res)
    if (!access?.person) return
    const companies = await listCompanies(hub.db, access.person.id)
    const next = nextOf(req.query.next)
    if (access.staff || companies.length === 0) return res.redirect(303, next)
    sendFormPage(
      res,
      'For which company?',
      <>
        <p className="soft">You can switch at any time.</p>
        <Companies companies={companies} access={access} next={next} />
      </>,
    )
  }),
  page('post', '/sign-in/company', 'Switch company', async (hub, req, res) => {
    const { accountId = '', next } = await readForm(hub, req, res)
    const access = await signedIn(hub, req, res)
    if (!access) return
    const switched = await orMessage(() => switchCompany(hub, access, accountId))
    if ('done' in switched) {
      setSessionCookie(hub, res, switched.done)
      return res.redirect(303, nextOf(next))
    }
    if (switched.wrong.code === 'second_factor_needed') return res.redirect(303, '/sign-in/second-factor')
    throw switched.wrong
  }),
  page('post', '/sign-out', 'Sign out', async (hub, req, res) => {
    await readForm(hub, req, res)
    const access = await findCaller(hub, req)
    if (access?.sessionId) await endSession(hub.db, access.sessionId, hub.now())
    clearSessionCookie(hub, res)
    res.redirect(303, await atSeller(hub, '/sign-in', access?.sellerId))
  }),
  page('post', '/sign-out/others', 'End the other sessions', async (hub, req, res) => {
    const form = await readForm(hub, req, res)
    const access = await signedIn(hub, req, res)
    if (!access) return
    assertMadeFor(access, form)
    await endOtherSessions(hub, access)
    res.redirect(303, '/home?note=others')
  }),
  page('get', '/sign-in/second-factor', 'Set up an authenticator app', async (hub, req, res) => {
    const access = await signedIn(hub, req, res)
    if (!access?.person) return
    await showSetup(hub, res, access)
  }),
  page('post', '/sign-in/second-factor', 'Confirm the authenticator app', async (hub, req, res) => {
    const { code = '' } = await readForm(hub, req, res)
    const access = await signedIn(hub, req, res)
    const person = access?.person
    if (!access || !person) return
    if (access.actor || !access.sessionId) throw new HubError('forbidden', 'Not while you act for somebody else.')
    const { sessionId } = access
    const stamp = stampOf(hub)
    const confirmed = await orMessage(() =>
      hub.db.transaction(async (trx) => {
        const codes = await confirmWithCode(trx, hub.keys, person.id, code, { newToken: hub.newToken, at: stamp.at })
        await endSessionsOf(trx, { personId: person.id, exceptId: sessionId }, stamp)
        const event = {
          sellerId: access.sellerId,
          accountId: null,
          actor: actorOf(access),
          action: 'second-factor.added',
        }
        await recordAudit(trx, [{ ...event, subjectKind: 'person', subjectId: person.id, detail: {} }], stamp)
        return codes
      }),
    )
    if ('wrong' in confirmed) return showSetup(hub, res, access, confirmed.wrong.message)
    sendFormPage(
      res,
      'Keep these recovery codes',
      <>
        <p>Each lets you in once when you have lost the app. They are shown now and never again.</p>
        <pre>
          <code>{confirmed.done.join('\n')}</code>
        </pre>
        <a className="button" href="/sign-in/company">
          I have kept them
        </a>
      </>,
    )
  }),
  page('get', '/home', 'Home of who is signed in', async (hub, req, res) => {
    const access = await signedIn(hub, req, res)
    if (!access?.person) return
    const companies = await listCompanies(hub.db, access.person.id)
    const here = companies.find((c) => c.membershipId === access.membership?.id)
    const forgot = await atSeller(hub, '/password/forgot', access.sellerId)
    const { note } = req.query
    sendFormPage(
      res,
      `Hello ${access.person.name}`,
      <>
        {note === 'others' ? <p role="status">You are signed out everywhere but here.</p> : null}
        {access.actor ? (
          <p role="status">
            {access.actor.name} acts for them: {access.actor.reason}
          </p>
        ) : null}
        <p className="soft">
          {here
            ? `You order for ${here.name}.`
            : access.staff
              ? 'You are with the supplier.'
              : 'You have not chosen a company yet.'}
        </p>
        {here ? (
          <a className="button" href="/approvals">
            What waits for my approval
          </a>
        ) : null}
        {companies.length > 1 ? (
          <>
            <h2>Your companies</h2>
            <Companies companies={companies} access={access} next="/home" />
          </>
        ) : null}
        <p className="foot">
          <a href="/sign-in/second-factor">Authenticator app</a>
          <a href={forgot}>Change the password</a>
        </p>
        <SignOut />
        <form method="post" action="/sign-out/others">
          <MadeFor access={access} />
          <button type="submit" className="quiet">
            Sign out everywhere else
          </button>
        </form>
      </>,
    )
  }),
]

async function showSetup(hub: Hub, res: Response, access: Access, wrong?: string): Promise<void> {
  const { person } = access
  if (!person || access.actor) throw new HubError('forbidden', 'Not while you act for somebody else.')
  if ((await findSecondFactor(hub.db, person.id))?.confirmedAt)
    return sendFormPage(res, 'Authenticator app', <p>You have one. Signing in asks for its code.</p>)
  const { secret, address } = await beginSecondFactor(hub.db, hub.keys, person, hub.now())
  const svg = await drawQr(address, { type: 'svg', margin: 2 })
  sendFormPage(
    res,
    'Set up an authenticator app',
    <>
      <Wrong message={wrong && `${wrong} Scan the new picture.`} />
      <p>Scan this with the app, or type the secret into it. Then type the code it shows.</p>
      {/* Drawn by the hub from its own secret: nothing of anybody's text is in it. */}
      <div className="qr" role="img" aria-label="QR code of the secret" dangerouslySetInnerHTML={{ __html: svg }} />
      <p className="soft">
        Secret: <code>{secret}</code>
      </p>
      <form method="post" action="/sign-in/second-factor">
        <label htmlFor="code">Code</label>
        <input id="code" name="code" inputMode="numeric" autoComplete="one-time-code" required />
        <button type="submit">Confirm</button>
      </form>
    </>,
    wrong ? 400 : 200,
  )
}
