// Pages: the approver's inbox, one request with its form, and the page a mail's link opens. Server-rendered, no script, plain POST forms.
import type { Request, Response } from 'express'
import type { Access } from '../accounts/access.ts'
import type { ApprovalRequest } from '../approvals/approval.ts'
import { listDecisions, listRequests, listSteps } from '../approvals/approval-store.ts'
import { explainRequest } from '../approvals/explain-approval.ts'
import { decideByLink, openLink } from '../approvals/mail-link.ts'
import { addressSchema } from '../cart.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { answerApproval, readApproval } from './approvals.ts'
import { findCaller } from './authenticate.ts'
import type { Route } from './route.ts'
import { assertMadeFor, MadeFor, readForm, sendFormPage, Wrong } from './session-page.tsx'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const PAGE = 50

const page = (method: 'get' | 'post', path: string, summary: string, handle: Route['handle']): Route => ({
  method,
  path,
  who: 'anyone',
  summary,
  handle,
})

/** Whoever isn't signed in is sent to sign in, and comes back. */
async function signedIn(hub: Hub, req: Request, res: Response): Promise<Access | undefined> {
  const access = await findCaller(hub, req)
  if (!access)
    res.redirect(303, `/sign-in?next=${encodeURIComponent(req.method === 'GET' ? req.originalUrl : '/approvals')}`)
  return access
}

/** An amount as people read it. Intl takes decimal text as it is, exactly; its types know numbers only. */
const money = (amount: string, currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount as unknown as number)

/** A time as people read it, in the hub's own zone. */
const when = (hub: Hub, at: Date) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: hub.config.timeZone }).format(
    at,
  )

const stateWords: Record<ApprovalRequest['state'], string> = {
  not_needed: 'needs nobody',
  denied: 'forbidden by a rule',
  pending: 'waits for a decision',
  approved: 'approved',
  rejected: 'rejected',
  changes_requested: 'sent back for changes',
  withdrawn: 'withdrawn',
  expired: 'ran out',
}

function Entries({ hub, requests, none }: { hub: Hub; requests: readonly ApprovalRequest[]; none: string }) {
  if (requests.length === 0) return <p className="soft">{none}</p>
  return (
    <>
      {requests.map((r) => (
        <a key={r.id} className="button quiet" href={`/approvals/${r.id}`}>
          <strong>{money(r.amount, r.currency)}</strong> · {r.subjectText}
          <br />
          <span className="soft">
            {stateWords[r.state]} · {when(hub, r.createdAt)}
            {r.splitSuspected ? ' · may be part of a larger purchase' : ''}
            {r.stuck ? ' · nobody can decide it' : ''}
          </span>
        </a>
      ))}
    </>
  )
}

async function showInbox(hub: Hub, req: Request, res: Response): Promise<void> {
  const access = await signedIn(hub, req, res)
  if (!access) return
  const at = hub.now()
  const [mine, others] = await Promise.all([
    listRequests(hub.db, { access, mine: true, at }, { limit: PAGE }),
    listRequests(hub.db, { access, at }, { limit: PAGE }),
  ])
  const rest = others.filter((r) => !mine.some((m) => m.id === r.id))
  sendFormPage(
    res,
    mine.length === 0
      ? 'Nothing waits for you'
      : `${mine.length} ${mine.length === 1 ? 'waits' : 'wait'} for your decision`,
    <>
      <Entries hub={hub} requests={mine} none="You have decided everything that came to you." />
      {rest.length > 0 ? (
        <>
          <h2>Others</h2>
          <Entries hub={hub} requests={rest} none="" />
        </>
      ) : null}
    </>,
  )
}

const done = { approve: 'approved', reject: 'rejected', 'request-changes': 'asked for changes' } as const

/** What is asked: by whom, how much, why, and what was decided so far. */
async function Facts(hub: Hub, request: ApprovalRequest) {
  const [why, decisions] = await Promise.all([
    explainRequest(hub.db, request, hub.now()),
    listDecisions(hub.db, [request.id]),
  ])
  const ids = [request.requesterId, request.placedBy, ...decisions.flatMap((d) => [d.personId, d.seatPersonId])]
  const people: { id: string; name: string }[] = await hub
    .db('people')
    .whereIn(
      'id',
      [...new Set(ids)].filter((id) => id !== null),
    )
    .select('id', 'name')
  const nameOf = (id: string | null) => people.find((p) => p.id === id)?.name ?? 'The policy'
  const { currency, facts } = request
  const about = [
    ['Cost centre', facts.costCentre],
    ['Project', facts.project],
    ['Deliver to', facts.shipTo],
  ].filter(([, value]) => value)
  return (
    <>
      <p>
        <strong>{money(request.amount, currency)}</strong> · {stateWords[request.state]}
      </p>
      <p className="soft">
        Asked for by {nameOf(request.requesterId)}
        {request.placedBy ? ` (placed by ${nameOf(request.placedBy)})` : ''}, {when(hub, request.createdAt)}
        {about.map(([name, value]) => ` · ${name}: ${value}`)}
      </p>
      {request.splitSuspected ? <p className="wrong">This may be part of a purchase that was cut up.</p> : null}
      <table aria-label="Lines, with their net amounts">
        <tbody>
          {facts.lines.slice(0, 10).map((line, index) => (
            <tr key={index}>
              <td>{line.supplierPartId}</td>
              <td>{money(line.netAmount, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {facts.lines.length > 10 ? <p className="soft">and {facts.lines.length - 10} more lines</p> : null}
      <h2>Why</h2>
      {why.rules.map((rule) =>
        rule.matched ? (
          <p key={rule.rule} className="soft">
            “{rule.rule}”: {rule.why}
          </p>
        ) : null,
      )}
      {why.warnings.map((words) => (
        <p key={words} className="soft">
          {words}
        </p>
      ))}
      {decisions.length > 0 ? <h2>So far</h2> : null}
      {decisions.map((d) => (
        <p key={d.id}>
          {nameOf(d.personId)} {done[d.decision]}
          {d.seatPersonId && d.seatPersonId !== d.personId ? ` in place of ${nameOf(d.seatPersonId)}` : ''}
          {d.comment ? `: “${d.comment}”` : ''} <span className="soft">{when(hub, d.at)}</span>
        </p>
      ))}
      {request.state === 'pending' ? <p className="soft">Still to decide: {why.nearestWay}</p> : null}
    </>
  )
}

async function showOne(
  hub: Hub,
  res: Response,
  access: Access,
  request: ApprovalRequest,
  wrong?: string,
  status = 200,
) {
  const at = hub.now()
  const mine = await listRequests(hub.db, { access, mine: true, subject: subjectOf(request), at }, { limit: 1 })
  const open = (await listSteps(hub.db, [request.id])).filter((s) => s.state === 'open')
  const seats = mine[0]?.id === request.id ? open : []
  const facts = await Facts(hub, request)
  sendFormPage(
    res,
    request.subjectText,
    <>
      <Wrong message={wrong} />
      {facts}
      {seats.map((step) => (
        <form key={step.id} method="post" action={`/approvals/${request.id}`}>
          <MadeFor access={access} />
          <input type="hidden" name="stepId" value={step.id} />
          <input type="hidden" name="version" value={request.version} />
          <h2>{step.plan.name}</h2>
          {step.plan.kind === 'complete-address' ? <AddressFields id={step.id} /> : null}
          <label htmlFor={`comment-${step.id}`}>
            Comment <small>for who asked</small>
          </label>
          <textarea id={`comment-${step.id}`} name="comment" rows={3} maxLength={2000} />
          <button type="submit" name="decision" value="approve">
            Approve
          </button>
          <button className="quiet answer" type="submit" name="decision" value="request-changes" formNoValidate>
            Ask for changes
          </button>
          <button className="quiet answer" type="submit" name="decision" value="reject" formNoValidate>
            Reject
          </button>
        </form>
      ))}
      <p className="foot">
        <a href="/approvals">All approvals</a>
      </p>
    </>,
    status,
  )
}

const subjectOf = (request: ApprovalRequest) => ({ kind: request.subjectKind, id: request.subjectId })

function AddressFields({ id }: { id: string }) {
  const fields = {
    name: 'Name',
    street: 'Street and number',
    postalCode: 'Postal code',
    city: 'City',
    countryCode: 'Country (two letters)',
  }
  return (
    <>
      {Object.entries(fields).map(([name, label]) => (
        <div key={name}>
          <label htmlFor={`${name}-${id}`}>{label}</label>
          <input id={`${name}-${id}`} name={name} required maxLength={name === 'countryCode' ? 2 : 200} />
        </div>
      ))}
    </>
  )
}

function addressOf(form: Record<string, string>) {
  if (!form.city) return undefined
  const { name, street, postalCode, city, countryCode } = form
  return addressSchema.parse({
    name,
    street: street ? [street] : [],
    postalCode: postalCode || undefined,
    city,
    countryCode: countryCode || undefined,
  })
}

async function decideOnPage(hub: Hub, req: Request, res: Response): Promise<void> {
  const access = await signedIn(hub, req, res)
  if (!access) return
  const form = await readForm(hub, req, res)
  assertMadeFor(access, form)
  const id = idOf(req)
  const decision = (['approve', 'reject', 'request-changes'] as const).find((d) => d === form.decision)
  if (!decision || !UUID.test(form.stepId ?? '')) throw new HubError('invalid_input', 'Choose one of the buttons.')
  const comment = form.comment?.trim().slice(0, 2000) || null
  const answer = { stepId: form.stepId ?? '', version: Number(form.version), decision, comment, override: false }
  try {
    await answerApproval(hub, access, id, { ...answer, address: addressOf(form) }, 'console')
  } catch (error) {
    if (!(error instanceof HubError) || error.code === 'not_found') throw error
    const request = await readApproval(hub, hub.db, access, id)
    return showOne(hub, res, access, request, error.message, 409)
  }
  res.redirect(303, '/approvals')
}

function idOf(req: Request): string {
  const id = String(req.params.id)
  if (!UUID.test(id)) throw new HubError('not_found', 'There is no such approval.')
  return id
}

const words = { approve: 'Approve', reject: 'Reject' } as const

/** A link that is no longer good is said so, with where else it can be decided. */
async function orSpent(res: Response, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'code_spent') throw error
    const content = (
      <>
        <p>{error.message}</p>
        <p className="foot">
          <a href="/approvals">What waits for you</a>
        </p>
      </>
    )
    sendFormPage(res, 'This link is no longer good', content, 410)
  }
}

export const approvalPageRoutes: Route[] = [
  page('get', '/approvals', 'Page: what waits for the approver', showInbox),
  // Before /approvals/:id, which it would be taken for.
  page('get', '/approvals/mail/:token', 'Page: what a mail’s link asks; decides nothing', (hub, req, res) =>
    orSpent(res, async () => {
      const { request, step, action } = await openLink(hub.db, String(req.params.token), hub.now())
      const facts = await Facts(hub, request)
      sendFormPage(
        res,
        `${words[action]}: ${request.subjectText}`,
        <>
          {facts}
          <form method="post" action={`/approvals/mail/${String(req.params.token)}`}>
            <h2>{step.plan.name}</h2>
            <label htmlFor="comment">
              Comment <small>for who asked</small>
            </label>
            <textarea id="comment" name="comment" rows={3} maxLength={2000} />
            <button type="submit">{words[action]}</button>
          </form>
        </>,
      )
    }),
  ),
  page('post', '/approvals/mail/:token', 'Decides what a mail’s link is for', (hub, req, res) =>
    orSpent(res, async () => {
      const form = await readForm(hub, req, res)
      const comment = form.comment?.trim().slice(0, 2000) || null
      const token = String(req.params.token)
      const state = await hub.db.transaction((trx) => decideByLink(trx, token, comment, stampOf(hub)))
      sendFormPage(
        res,
        'Thank you',
        <p role="status">
          Your decision is recorded.{' '}
          {state === 'pending' ? 'Others still have to agree.' : `It is ${stateWords[state]}.`}
        </p>,
      )
    }),
  ),
  page('get', '/approvals/:id', 'Page: one request, and the form to decide it', async (hub, req, res) => {
    const access = await signedIn(hub, req, res)
    if (access) await showOne(hub, res, access, await readApproval(hub, hub.db, access, idOf(req)))
  }),
  page('post', '/approvals/:id', 'Decides a request from the console', decideOnPage),
]
