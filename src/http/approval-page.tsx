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
import { readForm, sendFormPage, Wrong } from './session-page.tsx'

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

const when = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ')

const stateWords: Record<ApprovalRequest['state'], string> = {
  not_needed: 'needs nobody',
  denied: 'forbidden by a rule',
  pending: 'waits',
  approved: 'approved',
  rejected: 'rejected',
  changes_requested: 'sent back for changes',
  withdrawn: 'withdrawn',
  expired: 'ran out',
}

function Entries({ requests, none }: { requests: readonly ApprovalRequest[]; none: string }) {
  if (requests.length === 0) return <p className="soft">{none}</p>
  return (
    <>
      {requests.map((r) => (
        <a key={r.id} className="button quiet" href={`/approvals/${r.id}`}>
          <strong>{money(r.amount, r.currency)}</strong> · {r.subjectText}
          <br />
          <span className="soft">
            {stateWords[r.state]} · {when(r.createdAt)}
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
    mine.length === 0 ? 'Nothing waits for you' : `${mine.length} wait for your decision`,
    <>
      <Entries requests={mine} none="You have decided everything that came to you." />
      <h2>Others</h2>
      <Entries requests={rest} none="There are no others that you may see." />
    </>,
  )
}

/** What is asked: by whom, how much, why, and what was decided so far. */
async function Facts(hub: Hub, request: ApprovalRequest) {
  const [why, decisions, asker] = await Promise.all([
    explainRequest(hub.db, request, hub.now()),
    listDecisions(hub.db, [request.id]),
    hub.db('people').where({ id: request.requesterId }).first('name'),
  ])
  const matched = why.rules.filter((rule) => rule.matched)
  return (
    <>
      <p>
        <strong>{money(request.amount, request.currency)}</strong> · {stateWords[request.state]}
      </p>
      <p className="soft">
        Asked for by {asker?.name} on {when(request.createdAt)} UTC
      </p>
      <ul>
        {request.facts.lines.slice(0, 10).map((line, index) => (
          <li key={index}>
            {line.supplierPartId}: {money(line.netAmount, request.currency)}
          </li>
        ))}
      </ul>
      {request.facts.lines.length > 10 ? (
        <p className="soft">and {request.facts.lines.length - 10} more lines</p>
      ) : null}
      {request.splitSuspected ? <p className="wrong">This may be part of a purchase that was cut up.</p> : null}
      {matched.map((rule) => (
        <p key={rule.rule} className="soft">
          Rule “{rule.rule}”: {rule.why}
        </p>
      ))}
      {decisions.map((d) => (
        <p key={d.id} className="soft">
          {when(d.at)}: {d.decision} ({d.via}){d.comment ? `: ${d.comment}` : ''}
        </p>
      ))}
      <p className="soft">{why.nearestWay}</p>
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
          <button className="quiet" type="submit" name="decision" value="request-changes">
            Ask for changes
          </button>
          <button className="quiet" type="submit" name="decision" value="reject">
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
          <input id={`${name}-${id}`} name={name} />
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

export const approvalPageRoutes: Route[] = [
  page('get', '/approvals', 'Page: what waits for the approver', showInbox),
  // Before /approvals/:id, which it would be taken for.
  page('get', '/approvals/mail/:token', 'Page: what a mail’s link asks; decides nothing', async (hub, req, res) => {
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
  page('post', '/approvals/mail/:token', 'Decides what a mail’s link is for', async (hub, req, res) => {
    const form = await readForm(hub, req, res)
    const comment = form.comment?.trim().slice(0, 2000) || null
    const state = await hub.db.transaction((trx) => decideByLink(trx, String(req.params.token), comment, stampOf(hub)))
    sendFormPage(
      res,
      'Thank you',
      <p role="status">
        Your decision is recorded. {state === 'pending' ? 'Others still have to agree.' : `It is ${stateWords[state]}.`}
      </p>,
    )
  }),
  page('get', '/approvals/:id', 'Page: one request, and the form to decide it', async (hub, req, res) => {
    const access = await signedIn(hub, req, res)
    if (access) await showOne(hub, res, access, await readApproval(hub, hub.db, access, idOf(req)))
  }),
  page('post', '/approvals/:id', 'Decides a request from the console', decideOnPage),
]
