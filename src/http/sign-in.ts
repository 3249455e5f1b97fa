// How a call becomes a session: limits on guessing, the proof, the new token. Shared by the API and the pages.
import type { Request } from 'express'
import { findSeller } from '../accounts/account-store.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { type SignInWay, sessionToken } from '../sign-in/person-session.ts'
import { provePassword, proveSecondFactor, recordLock } from '../sign-in/sign-in.ts'
import { findSignInToken, insertSignInToken, spendSignInToken } from '../sign-in/sign-in-token-store.ts'
import { startSession } from '../sign-in/start-session.ts'
import { assertNotLocked, countFailure } from './failure-limit.ts'

const SECOND_STEP_MINUTES = 5

/** The seller named, or the only one there is. Throws HubError not_found, invalid_input. */
export async function sellerToEnter(hub: Hub, named: string | undefined): Promise<string> {
  if (named !== undefined) {
    const seller = await findSeller(hub.db, named)
    if (!seller) throw new HubError('not_found', 'There is no such seller.')
    return seller.id
  }
  const sellers: { id: string }[] = await hub.db('sellers').select('id').orderBy('created_at').limit(2)
  const [only] = sellers
  if (!only || sellers.length > 1)
    throw new HubError('invalid_input', 'Say at which seller: this hub serves several (seller=...).')
  return only.id
}

/** Where somebody of this seller signs in, forgets a password and so on: the seller is named where there are several. */
export async function atSeller(hub: Hub, path: string, sellerId: string | undefined, note?: string): Promise<string> {
  const sellers = sellerId ? await hub.db('sellers').select('id').limit(2) : []
  const query = new URLSearchParams({
    ...(sellerId && sellers.length > 1 ? { seller: sellerId } : {}),
    ...(note ? { note } : {}),
  })
  return query.size > 0 ? `${path}?${query}` : path
}

/**
 * Runs a proof under the limits on guessing: per address, per address and identity, and per identity from wherever. Only failures
 * count. Throws HubError too_many_requests, and what the proof throws.
 */
export async function guarded<T>(
  hub: Hub,
  req: Request,
  who: { sellerId: string; identity: string },
  proof: () => Promise<T>,
): Promise<T> {
  const { sellerId, identity } = who
  const anywhere = `account ${sellerId} ${identity.toLowerCase()}`
  const address = req.ip ?? ''
  await assertNotLocked(address, identity)
  await assertNotLocked(anywhere, identity)
  try {
    return await proof()
  } catch (error) {
    if (error instanceof HubError && error.code === 'unauthenticated') {
      await countFailure(address, identity)
      await countFailure(anywhere, identity)
      const locked = await assertNotLocked(anywhere, identity).then(
        () => false,
        () => true,
      )
      if (locked) await hub.db.transaction((trx) => recordLock(trx, sellerId, identity, stampOf(hub)))
    }
    throw error
  }
}

export interface Entered {
  token: string
  personId: string
  /** Null: there are several companies to choose from, or none, or a second factor has to be set up first. */
  membershipId: string | null
}

/** E-mail address and password, and the code of who has a second factor. */
export async function enterWithPassword(
  hub: Hub,
  req: Request,
  given: { sellerId: string; email: string; password: string; code?: string | undefined },
): Promise<Entered> {
  return guarded(hub, req, { sellerId: given.sellerId, identity: given.email }, async () => {
    const person = await provePassword(hub.db, given.sellerId, given.email, given.password)
    await proveSecondFactor(hub.db, hub.keys, person.personId, given.code, hub.now())
    return enter(hub, req, person, 'password')
  })
}

/** A ticket for the second step of a page's sign-in, so that the page need not keep the password. */
export async function giveSecondStep(hub: Hub, person: { sellerId: string; personId: string }): Promise<string> {
  const token = hub.newToken()
  const at = hub.now()
  const expiresAt = new Date(at.getTime() + SECOND_STEP_MINUTES * 60_000)
  const { sellerId, personId } = person
  const row = {
    id: hub.newId(),
    sellerId,
    personId,
    membershipId: null,
    kind: 'second-step' as const,
    token,
    expiresAt,
  }
  await insertSignInToken(hub.db, row, at)
  return token
}

/** The second step: the ticket works until a code was right. Throws HubError code_spent, unauthenticated. */
export async function enterWithTicket(
  hub: Hub,
  req: Request,
  given: { ticket: string; code: string; way: SignInWay },
): Promise<Entered> {
  const found = await findSignInToken(hub.db, 'second-step', given.ticket, hub.now())
  if (!found) throw new HubError('code_spent', 'This took too long. Sign in again.')
  const { sellerId, personId } = found
  return guarded(hub, req, { sellerId, identity: personId }, async () => {
    await proveSecondFactor(hub.db, hub.keys, personId, given.code || ' ', hub.now())
    const spent = await spendSignInToken(hub.db, 'second-step', given.ticket, hub.now())
    if (!spent) throw new HubError('code_spent', 'This took too long. Sign in again.')
    return enter(hub, req, found, given.way)
  })
}

/** Starts a session of who was proven. */
export async function enter(
  hub: Hub,
  req: Request,
  person: { sellerId: string; personId: string },
  way: SignInWay,
): Promise<Entered> {
  const token = sessionToken(hub)
  const { sellerId, personId } = person
  const start = { sellerId, personId, token, way, userAgent: req.get('user-agent') ?? null }
  const membershipId = await hub.db.transaction((trx) => startSession(trx, start, stampOf(hub)))
  return { token, personId, membershipId }
}
