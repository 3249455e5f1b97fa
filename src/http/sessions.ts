// The session of a signed-in person: begin, look, choose a company, end; the password and the second factor.
import type { Response } from 'express'
import { toDataURL } from 'qrcode'
import { z } from 'zod'
import type { Access } from '../accounts/access.ts'
import { actorOf, recordAudit } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { sessionToken } from '../sign-in/person-session.ts'
import { listCompanies, updatePersonSession } from '../sign-in/person-session-store.ts'
import { changePassword } from '../sign-in/reset-password.ts'
import { beginSecondFactor, confirmWithCode } from '../sign-in/second-factor.ts'
import { deleteSecondFactor, findSecondFactor } from '../sign-in/second-factor-store.ts'
import { proveSecondFactor } from '../sign-in/sign-in.ts'
import { chooseCompany, endSession, endSessionsOf } from '../sign-in/start-session.ts'
import { jsonRoute, type Route } from './route.ts'
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts'
import { enterWithPassword, guarded, sellerToEnter } from './sign-in.ts'

const TAG = 'Sign-in'

const signIn = z
  .strictObject({
    email: z.string().trim().min(3).max(320),
    password: z.string().min(1).max(500),
    code: z.string().max(40).optional().describe('of the authenticator app, or a recovery code'),
    seller: z.uuid().optional().describe('needed where the hub serves several sellers'),
  })
  .meta({ id: 'SignIn' })

const token = z
  .object({ token: z.string().describe('send it as `Authorization: Bearer ...`; shown this once') })
  .meta({ id: 'SessionToken' })

const session = z
  .object({
    person: z.object({ id: z.uuid(), email: z.string(), name: z.string() }),
    account: z.object({ id: z.uuid(), name: z.string(), membershipId: z.uuid() }).nullable(),
    companies: z.array(z.object({ accountId: z.uuid(), name: z.string(), role: z.string().nullable() })),
    staff: z.string().nullable().describe('the role among the seller’s own people'),
    actingFor: z.object({ by: z.string(), reason: z.string() }).nullable(),
    permissions: z.array(z.string()).describe('`permission@reach`'),
    secondFactor: z.boolean(),
  })
  .meta({ id: 'Session' })

const signInRoute: Route = {
  method: 'post',
  path: '/api/v1/session',
  who: 'anyone',
  summary: 'Sign in with e-mail address and password',
  api: {
    tag: TAG,
    description:
      'Answers 401 second_factor_needed where a code is needed as well. Who is in one company is in it at once; else choose with POST /api/v1/session/company.',
    body: signIn,
    answer: token,
    status: 200,
  },
  async handle(hub, req, res) {
    const { seller, ...given } = signIn.parse(req.body)
    const sellerId = await sellerToEnter(hub, seller)
    const entered = await enterWithPassword(hub, req, { ...given, sellerId })
    noStore(res).json({ token: entered.token })
  },
}

export const sessionRoutes: Route[] = [
  signInRoute,
  jsonRoute({
    method: 'get',
    path: '/api/v1/session',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'Who is signed in, in which company, and what they may',
    answer: session,
    async handle(hub, { access, res }) {
      noStore(res)
      const person = personOf(access)
      const [companies, factor] = await Promise.all([
        listCompanies(hub.db, person.id),
        findSecondFactor(hub.db, person.id),
      ])
      const here = companies.find((c) => c.membershipId === access.membership?.id)
      return {
        person,
        account: here ? { id: here.accountId, name: here.name, membershipId: here.membershipId } : null,
        companies: companies.map(({ accountId, name, role }) => ({ accountId, name, role })),
        staff: access.staff?.role ?? null,
        actingFor: access.actor && { by: access.actor.name, reason: access.actor.reason },
        permissions: [...new Set(access.rights.map((r) => `${r.permission}@${r.reach}`))].sort(),
        secondFactor: Boolean(factor?.confirmedAt),
      }
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/session/company',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'Choose or switch the company; the token before is dead',
    body: z.strictObject({ accountId: z.uuid() }).meta({ id: 'CompanyChoice' }),
    answer: token,
    async handle(hub, { access, body, req, res }) {
      const next = await switchCompany(hub, access, body.accountId)
      if (!req.get('authorization')) setSessionCookie(hub, res, next)
      noStore(res)
      return { token: next }
    },
  }),
  jsonRoute({
    method: 'delete',
    path: '/api/v1/session',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'Sign out',
    async handle(hub, { access, res }) {
      if (access.sessionId) await endSession(hub.db, access.sessionId, hub.now())
      clearSessionCookie(hub, res)
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/session/end-others',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'End all other sessions of the person',
    answer: z.object({ ended: z.int().describe('how many there were') }).meta({ id: 'SessionsEnded' }),
    handle: async (hub, { access }) => ({ ended: await endOtherSessions(hub, access) }),
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/session/password',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'Change the password; all other sessions of the person end',
    body: z
      .strictObject({ oldPassword: z.string().max(500), newPassword: z.string().max(500) })
      .meta({ id: 'PasswordChange' }),
    answer: token,
    async handle(hub, { access, body, req, res }) {
      const { email } = personOf(access)
      const { sellerId } = access
      const who = { sellerId, email, sessionId: sessionOf(access), actor: actorOf(access) }
      await guarded(hub, req, { sellerId, identity: email }, () =>
        hub.db.transaction((trx) => changePassword(trx, who, body, stampOf(hub))),
      )
      const next = await renewToken(hub, access)
      if (!req.get('authorization')) setSessionCookie(hub, res, next)
      noStore(res)
      return { token: next }
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/session/second-factor',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'Begin setting up an authenticator app',
    answer: z
      .object({
        secret: z.string(),
        address: z.string().describe('otpauth://...'),
        qr: z.string().describe('the address as a picture, a data: address'),
      })
      .meta({ id: 'SecondFactorSetup' }),
    async handle(hub, { access, res }) {
      noStore(res)
      sessionOf(access)
      const begun = await beginSecondFactor(hub.db, hub.keys, personOf(access), hub.now())
      return { ...begun, qr: await toDataURL(begun.address) }
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/session/second-factor/confirm',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'Confirm it with a first code; the recovery codes are shown this once',
    body: z.strictObject({ code: z.string().max(40) }).meta({ id: 'SecondFactorCode' }),
    answer: z.object({ recoveryCodes: z.array(z.string()) }).meta({ id: 'RecoveryCodes' }),
    async handle(hub, { access, body, req, res }) {
      noStore(res)
      const person = personOf(access)
      const stamp = stampOf(hub)
      const exceptId = sessionOf(access)
      return guarded(hub, req, { sellerId: access.sellerId, identity: person.id }, () =>
        hub.db.transaction(async (trx) => {
          const given = { newToken: hub.newToken, at: stamp.at }
          const recoveryCodes = await confirmWithCode(trx, hub.keys, person.id, body.code, given)
          await endSessionsOf(trx, { personId: person.id, exceptId }, stamp)
          await recordAudit(trx, [ofPerson(access, 'second-factor.added')], stamp)
          return { recoveryCodes }
        }),
      )
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/api/v1/session/second-factor/remove',
    who: 'person',
    may: 'signed-in',
    tag: TAG,
    summary: 'Remove the authenticator app, with a code of it',
    body: z.strictObject({ code: z.string().min(1).max(40) }).meta({ id: 'SecondFactorRemoval' }),
    async handle(hub, { access, body, req }) {
      const person = personOf(access)
      sessionOf(access)
      await guarded(hub, req, { sellerId: access.sellerId, identity: person.id }, () =>
        hub.db.transaction(async (trx) => {
          await proveSecondFactor(trx, hub.keys, person.id, body.code, hub.now())
          await deleteSecondFactor(trx, person.id)
          await recordAudit(trx, [ofPerson(access, 'second-factor.removed')], stampOf(hub))
        }),
      )
    },
  }),
]

function ofPerson(access: Access, action: string) {
  const person = personOf(access)
  const shared = { sellerId: access.sellerId, accountId: access.membership?.accountId ?? null, actor: actorOf(access) }
  return { ...shared, action, subjectKind: 'person', subjectId: person.id, detail: {} }
}

function personOf(access: Access): NonNullable<Access['person']> {
  if (!access.person) throw new HubError('forbidden', 'Only a person can do this.')
  return access.person
}

/** Who came without a session, or acts for somebody, has none of their own to change. */
function sessionOf(access: Access): string {
  if (!access.sessionId || access.clientId) throw new HubError('forbidden', 'This needs a session of the person’s own.')
  if (access.actor) throw new HubError('forbidden', 'Not while you act for somebody else.')
  return access.sessionId
}

/** Ends all sessions of the person but this one. Returns how many. */
export async function endOtherSessions(hub: Hub, access: Access): Promise<number> {
  const [exceptId, person, stamp] = [sessionOf(access), personOf(access), stampOf(hub)]
  return hub.db.transaction(async (trx) => {
    const ended = await endSessionsOf(trx, { personId: person.id, exceptId }, stamp)
    const event = ofPerson(access, 'sessions.ended')
    await recordAudit(trx, [{ ...event, detail: { ended } }], stamp)
    return ended
  })
}

/** Puts the session into another company. Returns its new token. */
export async function switchCompany(hub: Hub, access: Access, accountId: string): Promise<string> {
  const next = sessionToken(hub)
  const { sellerId } = access
  const session = {
    id: sessionOf(access),
    sellerId,
    personId: personOf(access).id,
    token: next,
    actor: actorOf(access),
  }
  await hub.db.transaction((trx) => chooseCompany(trx, session, accountId, stampOf(hub)))
  return next
}

/** After a change of privilege: the token before is dead. */
async function renewToken(hub: Hub, access: Access): Promise<string> {
  const next = sessionToken(hub)
  const change = { token: next, membershipId: access.membership?.id ?? null }
  await updatePersonSession(hub.db, sessionOf(access), change, hub.now())
  return next
}

function noStore(res: Response): Response {
  return res.set('Cache-Control', 'no-store')
}
