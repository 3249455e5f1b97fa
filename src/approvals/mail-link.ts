// Links in mails: each for one request, step, person, action and content, kept as a hash, good once. GET shows a page, POST decides,
// for mail scanners follow links.
import { randomBytes } from 'node:crypto'
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import { sha256 } from '../secrets.ts'
import type { ApprovalRequest, ApprovalState, ApprovalStep, Candidate } from './approval.ts'
import { findRequest, listSteps, lockRequest } from './approval-store.ts'
import { decideStep } from './decide-step.ts'

export type LinkAction = 'approve' | 'reject'

interface Link {
  id: string
  requestId: string
  stepId: string
  personId: string
  membershipId: string
  action: LinkAction
  contentHash: Buffer
}

const LINK = {
  id: 'id',
  requestId: 'request_id',
  stepId: 'step_id',
  personId: 'person_id',
  membershipId: 'membership_id',
  action: 'action',
  contentHash: 'content_hash',
} as const

const DAYS = 14

/** Makes a link's token. Only its hash is kept. */
export async function makeLink(
  db: Db,
  request: ApprovalRequest,
  step: ApprovalStep,
  person: Candidate,
  action: LinkAction,
  stamp: Stamp,
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await db('approval_links').insert({
    id: stamp.newId(),
    token_hash: sha256(token),
    request_id: request.id,
    step_id: step.id,
    person_id: person.personId,
    membership_id: person.membershipId,
    action,
    content_hash: request.contentHash,
    created_at: stamp.at,
    expires_at: step.endAt ?? new Date(stamp.at.getTime() + DAYS * 86_400_000),
  })
  return token
}

async function findLink(db: Db, token: string, at: Date): Promise<Link> {
  const link: Link | undefined = await db('approval_links')
    .select(LINK)
    .where({ token_hash: sha256(token) })
    .whereNull('used_at')
    .where('expires_at', '>', at)
    .first()
  if (!link) throw spent()
  return link
}

const spent = () =>
  new HubError('code_spent', 'This link was used, has run out, or what it was about has been decided or changed.')

/** What a link asks, for the page. Throws HubError code_spent. */
export async function openLink(
  db: Db,
  token: string,
  at: Date,
): Promise<{ request: ApprovalRequest; step: ApprovalStep; action: LinkAction; personId: string }> {
  const link = await findLink(db, token, at)
  const request = await findRequest(db, link.requestId)
  const [step] = (await listSteps(db, [link.requestId])).filter((s) => s.id === link.stepId)
  if (!request || !step || request.state !== 'pending' || step.state !== 'open') throw spent()
  if (!request.contentHash.equals(link.contentHash)) throw spent()
  return { request, step, action: link.action, personId: link.personId }
}

/** Decides what the link is for. Throws HubError code_spent, or as decideStep. */
export async function decideByLink(
  db: Db,
  token: string,
  comment: string | null,
  stamp: Stamp,
): Promise<ApprovalState> {
  const link = await findLink(db, token, stamp.at)
  const request = await lockRequest(db, link.requestId)
  const used = await db('approval_links').where({ id: link.id }).whereNull('used_at').update({ used_at: stamp.at })
  if (!request || used === 0 || !request.contentHash.equals(link.contentHash)) throw spent()
  const { requestId, stepId, personId, membershipId, action } = link
  const by = { requestId, stepId, personId, membershipId, version: request.version }
  return decideStep(db, { ...by, decision: action, comment, via: 'mail' }, stamp)
}
