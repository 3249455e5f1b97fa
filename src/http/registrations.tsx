// Registration: the page and calls of newcomers, the queue of who decides, claim codes, and the rules of who may come.
import type { Request, Response } from 'express'
import { z } from 'zod'
import { type Access, demand, presentPlace, whereWithin } from '../accounts/access.ts'
import { accountWithin } from '../accounts/account-tree.ts'
import { assertMayGive } from '../accounts/grant-rights.ts'
import { type RoleName, roleNames, roles } from '../accounts/permission.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { open } from '../secrets.ts'
import {
  approveRegistration,
  claimAccount,
  LICENCE_BYTES,
  LICENCE_PURPOSE,
  makeClaimCode,
  type NewRegistration,
  refuseRegistration,
  register,
} from '../sign-in/register.ts'
import {
  findRegistration,
  findRegistrationWay,
  listRegistrations,
  listSignInPolicies,
  putSignInPolicy,
  registrationWays,
} from '../sign-in/registration-store.ts'
import { assertNotLocked, countFailure } from './failure-limit.ts'
import { linksOf } from './invitations.tsx'
import { reaches } from './oidc.ts'
import { readBody } from './read-body.ts'
import { asPage, type Call, jsonRoute, pageOf, pageQuery, type Route } from './route.ts'
import { assertOwnPage, orMessage, sendFormPage, Wrong } from './session-page.tsx'
import { guarded, sellerToEnter } from './sign-in.ts'

const TAG = 'Registration'
const email = z.email().max(320)
const name = z.string().trim().min(1).max(200)

const registrationForm = z
  .strictObject({
    email,
    name,
    company: z.string().trim().min(1).max(200),
    note: z.string().trim().max(2000).nullable().default(null),
    accountId: z.uuid().nullable().default(null).describe('to join an account the seller knows'),
    licence: z
      .strictObject({ name: z.string().min(1).max(200), content: z.base64().max((LICENCE_BYTES * 4) / 3 + 8) })
      .nullable()
      .default(null)
      .describe('PDF, PNG or JPEG in base64, at most 5 MB'),
    seller: z.uuid().optional(),
  })
  .meta({ id: 'NewRegistration' })

const claimForm = z
  .strictObject({ email, name, code: z.string().trim().min(1).max(60), seller: z.uuid().optional() })
  .meta({ id: 'Claim' })

const registration = z
  .object({
    id: z.uuid(),
    accountId: z.uuid().nullable(),
    email: z.string(),
    name: z.string(),
    company: z.string(),
    note: z.string().nullable(),
    licenceName: z.string().nullable(),
    licenceType: z.string().nullable(),
    state: z.enum(['waiting', 'approved', 'refused']),
    reason: z.string().nullable(),
    createdAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Registration' })

const policy = z
  .strictObject({
    accountId: z.uuid().nullable().describe('null = for all of the seller’s customers'),
    registration: z
      .enum(registrationWays)
      .describe('open: with approval; invitation: only so; claim: by code; closed: not at all'),
    secondFactor: z.boolean().default(false).describe('nobody gets in without an authenticator app'),
  })
  .meta({ id: 'SignInPolicy' })

/** Few registrations of one address of the net: each costs somebody's attention. */
async function take(hub: Hub, req: Request, given: NewRegistration): Promise<void> {
  const identity = 'registration'
  await assertNotLocked(req.ip ?? '', identity)
  await countFailure(req.ip ?? '', identity)
  await hub.db.transaction((trx) => register(trx, linksOf(hub), given, stampOf(hub)))
}

async function claim(hub: Hub, req: Request, sellerId: string, given: z.output<typeof claimForm>): Promise<void> {
  await guarded(hub, req, { sellerId, identity: 'claim-code' }, () =>
    hub.db.transaction((trx) => claimAccount(trx, linksOf(hub), { ...given, sellerId }, stampOf(hub))),
  )
}

/** As with invitations: one of a customer gives a role where they may give roles, and all that is in it. */
async function assertMayAdmit(hub: Hub, access: Access, accountId: string | null, role: RoleName): Promise<void> {
  if (!access.membership || !accountId) return
  const account = await accountWithin(hub.db, demand(access, 'role.assign'), accountId)
  assertMayGive(access, roles[role].rights, { ...account, accountId })
}

/** One that the caller may decide; another's is not there. */
async function found(hub: Hub, { access, reach, params }: Pick<Call<unknown, unknown>, 'access' | 'reach' | 'params'>) {
  const row = await findRegistration(hub.db, access.sellerId, params.id ?? '')
  if (!row || !(await reaches(hub, reach, row.accountId)))
    throw new HubError('not_found', 'There is no such registration.')
  return row
}

export const registrationRoutes: Route[] = [
  {
    method: 'post',
    path: '/api/v1/registrations',
    who: 'anyone',
    summary: 'Register; somebody decides. The answer is the same whether the address is known or not',
    api: { tag: TAG, body: registrationForm, status: 202 },
    async handle(hub, req, res) {
      const { seller, licence, ...given } = registrationForm.parse(req.body)
      const sellerId = await sellerToEnter(hub, seller)
      const file = licence && { name: licence.name, bytes: Buffer.from(licence.content, 'base64') }
      await take(hub, req, { ...given, sellerId, licence: file })
      res.status(202).end()
    },
  },
  {
    method: 'post',
    path: '/api/v1/registrations/claim',
    who: 'anyone',
    summary: 'Claim to belong to an account by its code; the invitation comes by mail',
    api: { tag: TAG, body: claimForm, status: 202 },
    async handle(hub, req, res) {
      const given = claimForm.parse(req.body)
      await claim(hub, req, await sellerToEnter(hub, given.seller), given)
      res.status(202).end()
    },
  },
  jsonRoute({
    method: 'get',
    path: '/api/v1/registrations',
    who: 'accounts:read',
    may: 'user.invite',
    tag: TAG,
    summary: 'The queue of registrations, newest first',
    query: pageQuery.extend({ state: z.enum(['waiting', 'approved', 'refused']).optional() }),
    answer: pageOf(registration),
    async handle(hub, { access, reach, query }) {
      const { state, cursor, limit } = query
      const filter = { state, before: cursor, limit: limit + 1 }
      const rows = await listRegistrations(hub.db, access.sellerId, filter, (q) => whereWithin(q, reach, presentPlace))
      return asPage(rows, limit, ({ sellerId: _, ...row }) => row)
    },
  }),
  {
    ...jsonRoute({
      method: 'get',
      path: '/api/v1/registrations/:id/licence',
      who: 'accounts:read',
      may: 'user.invite',
      tag: TAG,
      summary: 'The licence that was uploaded',
      async handle(hub, call) {
        const { sealedLicence, licenceType } = await found(hub, call)
        if (!sealedLicence || !licenceType) throw new HubError('not_found', 'There is no licence with it.')
        call.res
          .set({
            'Content-Type': licenceType,
            'Content-Disposition': 'attachment',
            'X-Content-Type-Options': 'nosniff',
          })
          .send(open(hub.keys, LICENCE_PURPOSE, sealedLicence))
      },
    }),
  },
  jsonRoute({
    method: 'post',
    path: '/api/v1/registrations/:id/approve',
    who: 'accounts:write',
    may: 'user.invite',
    tag: TAG,
    summary: 'Let somebody in: into an account, or a new company by the name they gave; the invitation is mailed',
    body: z
      .strictObject({ accountId: z.uuid().nullable().default(null), role: z.enum(roleNames).default('buyer') })
      .meta({ id: 'RegistrationApproval' }),
    async handle(hub, call) {
      const { access, reach, body } = call
      const row = await found(hub, call)
      if (body.accountId && !(await reaches(hub, reach, body.accountId)))
        throw new HubError('not_found', 'There is no such account.')
      if (roles[body.role].administers && access.person) demand(access, 'role.assign')
      await assertMayAdmit(hub, access, body.accountId ?? row.accountId, body.role)
      const given = { ...body, actor: actorOf(access) }
      await hub.db.transaction((trx) => approveRegistration(trx, linksOf(hub), row, given, stampOf(hub)))
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/registrations/:id/refuse',
    who: 'accounts:write',
    may: 'user.invite',
    tag: TAG,
    summary: 'Refuse a registration; the reason is mailed',
    body: z.strictObject({ reason: z.string().trim().min(1).max(1000) }).meta({ id: 'RegistrationRefusal' }),
    async handle(hub, call) {
      const row = await found(hub, call)
      const given = { reason: call.body.reason, actor: actorOf(call.access) }
      await hub.db.transaction((trx) => refuseRegistration(trx, linksOf(hub), row, given, stampOf(hub)))
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/claim-codes',
    who: 'accounts:write',
    may: 'user.invite',
    tag: TAG,
    summary: 'Make a code with which people claim to belong to an account; shown this once',
    body: z
      .strictObject({
        accountId: z.uuid(),
        role: z.enum(roleNames).default('buyer'),
        uses: z.int().min(1).max(1000).default(1),
        days: z.int().min(1).max(365).default(30),
      })
      .meta({ id: 'NewClaimCode' }),
    answer: z.object({ id: z.uuid(), code: z.string() }).meta({ id: 'ClaimCode' }),
    status: 201,
    async handle(hub, { access, reach, body, res }) {
      const { days, ...rest } = body
      if (!(await reaches(hub, reach, body.accountId))) throw new HubError('not_found', 'There is no such account.')
      await assertMayAdmit(hub, access, body.accountId, body.role)
      res.set('Cache-Control', 'no-store')
      const stamp = stampOf(hub)
      const expiresAt = new Date(stamp.at.getTime() + days * 86_400_000)
      const given = { ...rest, sellerId: access.sellerId, expiresAt, actor: actorOf(access) }
      return hub.db.transaction((trx) => makeClaimCode(trx, hub.newToken, given, stamp))
    },
  }),
  jsonRoute({
    method: 'put',
    path: '/api/v1/sign-in-policy',
    who: 'accounts:write',
    may: 'account.edit',
    tag: TAG,
    summary: 'Say how newcomers get in, and whether a second factor is asked for',
    body: policy,
    async handle(hub, { access, reach, body }) {
      if (!(await reaches(hub, reach, body.accountId))) throw new HubError('not_found', 'There is no such account.')
      const stamp = stampOf(hub)
      await hub.db.transaction(async (trx) => {
        await putSignInPolicy(trx, access.sellerId, body, stamp.at)
        const { accountId, ...detail } = body
        const event = { sellerId: access.sellerId, accountId, actor: actorOf(access), action: 'sign-in-policy.changed' }
        await recordAudit(trx, [{ ...event, subjectKind: 'account', subjectId: accountId, detail }], stamp)
      })
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/api/v1/sign-in-policy',
    who: 'accounts:read',
    may: 'account.edit',
    tag: TAG,
    summary: 'How newcomers get in, by account',
    answer: z.object({ items: z.array(policy) }),
    async handle(hub, { access, reach }) {
      const all = await listSignInPolicies(hub.db, access.sellerId)
      const within = await Promise.all(all.map((p) => reaches(hub, reach, p.accountId)))
      return { items: all.filter((_, n) => within[n]) }
    },
  }),
  {
    method: 'get',
    path: '/register',
    who: 'anyone',
    summary: 'Page: register',
    async handle(hub, req, res) {
      const seller = typeof req.query.seller === 'string' ? req.query.seller : undefined
      await show(hub, res, seller)
    },
  },
  {
    method: 'post',
    path: '/register',
    who: 'anyone',
    summary: 'Page: send a registration or claim',
    async handle(hub, req, res) {
      assertOwnPage(hub, req)
      const form = await readUpload(req)
      const text = (field: string) => (typeof form.get(field) === 'string' ? String(form.get(field)) : '')
      const seller = text('seller') || undefined
      const file = form.get('licence')
      const done = await orMessage(async () => {
        const sellerId = await sellerToEnter(hub, seller)
        const person = { email: text('email').trim(), name: text('name') }
        if (form.has('code')) return claim(hub, req, sellerId, checked(claimForm, { ...person, code: text('code') }))
        const note = text('note').trim() || null
        const {
          seller: _,
          licence: __,
          ...given
        } = checked(registrationForm, { ...person, company: text('company'), note })
        const licence =
          file instanceof File && file.size > 0
            ? { name: file.name, bytes: Buffer.from(await file.arrayBuffer()) }
            : null
        return take(hub, req, { ...given, sellerId, licence })
      })
      if ('wrong' in done) return show(hub, res, seller, { wrong: done.wrong.message, text })
      sendFormPage(
        res,
        'Thank you',
        <p>
          {form.has('code') ? 'Look into your mail: your invitation is on its way.' : 'We look at it and write to you.'}
        </p>,
      )
    },
  },
]

/** Input of a form; what is wrong is said in its own words. */
function checked<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  throw new HubError('invalid_input', `${first?.path.join('.')}: ${first?.message}`)
}

/** A multipart or plain form, read whole and parsed by Node. */
async function readUpload(req: Request): Promise<FormData> {
  const bytes = await readBody(req, LICENCE_BYTES + 64 * 1024)
  try {
    const headers = { 'content-type': req.get('content-type') ?? '' }
    return await new Response(new Uint8Array(bytes), { headers }).formData()
  } catch {
    throw new HubError('invalid_input', 'This is no form.')
  }
}

async function show(
  hub: Hub,
  res: Response,
  seller: string | undefined,
  again?: { wrong: string; text: (field: string) => string },
): Promise<void> {
  const way = await findRegistrationWay(hub.db, await sellerToEnter(hub, seller), null)
  const kept = (field: string) => again?.text(field) ?? ''
  const hidden = seller ? <input type="hidden" name="seller" value={seller} /> : null
  const person = (
    <>
      {hidden}
      <label htmlFor="name">Your name</label>
      <input id="name" name="name" autoComplete="name" required maxLength={200} defaultValue={kept('name')} />
      <label htmlFor="email">E-mail address at work</label>
      <input id="email" name="email" type="email" autoComplete="email" required defaultValue={kept('email')} />
    </>
  )
  const open = (
    <form method="post" action="/register" encType="multipart/form-data">
      {person}
      <label htmlFor="company">Company</label>
      <input
        id="company"
        name="company"
        autoComplete="organization"
        required
        maxLength={200}
        defaultValue={kept('company')}
      />
      <label htmlFor="licence">
        Trade licence <small>PDF, PNG or JPEG, up to 5 MB; if you have one</small>
      </label>
      <input id="licence" name="licence" type="file" accept="application/pdf,image/png,image/jpeg" />
      <label htmlFor="note">
        Anything we should know? <small>optional</small>
      </label>
      <textarea id="note" name="note" rows={3} maxLength={2000} defaultValue={kept('note')} />
      <button type="submit">Register</button>
    </form>
  )
  const byCode = (
    <form method="post" action="/register" encType="multipart/form-data">
      {person}
      <label htmlFor="code">
        Code <small>your company has it</small>
      </label>
      <input id="code" name="code" autoComplete="off" required maxLength={60} />
      <button type="submit">Go on</button>
    </form>
  )
  const words = {
    open: 'Tell us who you are. We look at it and write to you.',
    claim: 'Your company gave you a code? Then you are nearly in.',
    invitation: 'New people are invited: ask who looks after your company’s people here.',
    closed: 'Nobody can register at the moment.',
  }
  sendFormPage(
    res,
    'New here?',
    <>
      <p>{words[way]}</p>
      <Wrong message={again?.wrong} />
      {way === 'open' ? open : way === 'claim' ? byCode : null}
      <p className="foot">
        <a href={seller ? `/sign-in?seller=${seller}` : '/sign-in'}>Back to sign-in</a>
      </p>
    </>,
    again ? 400 : 200,
  )
}
