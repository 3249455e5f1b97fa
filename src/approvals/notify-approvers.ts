// Writes to who may decide a step: what is asked, and a link for each answer.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { sendMail } from '../mail/send-mail.ts'
import type { Keyring } from '../secrets.ts'
import type { ApprovalRequest, ApprovalStep, Candidate } from './approval.ts'
import { listDecisions, listSeats, listSteps, lockRequest } from './approval-store.ts'
import { listDeputies } from './delegation-store.ts'
import { makeLink } from './mail-link.ts'

export type Occasion = 'opened' | 'reminder' | 'escalated' | 'reassigned'

const openings: Record<Occasion, string> = {
  opened: 'waits for your decision',
  reminder: 'still waits for your decision',
  escalated: 'waits for a decision nobody has made; it has come to you',
  reassigned: 'has come to you and waits for your decision',
}

/** Writes to everybody who may decide and was not written to since `since`, so that a second run writes to nobody twice. */
export async function notifyApprovers(
  db: Db,
  site: { keys: Keyring; publicUrl: string },
  { stepId, occasion, since }: { stepId: string; occasion: Occasion; since: string },
  stamp: Stamp,
): Promise<number> {
  const row: { requestId: string } | undefined = await db('approval_steps')
    .where({ id: stepId })
    .first({ requestId: 'request_id' })
  const request = row && (await lockRequest(db, row.requestId))
  if (request?.state !== 'pending') return 0
  const step = (await listSteps(db, [request.id])).find((s) => s.id === stepId)
  if (step?.state !== 'open') return 0
  const seats = await listSeats(db, [stepId])
  const decided = new Set(
    (await listDecisions(db, [request.id])).filter((d) => d.stepId === stepId).map((d) => d.personId),
  )
  const told: string[] = await db('approval_links')
    .where({ step_id: stepId })
    .where('created_at', '>=', since)
    .pluck('person_id')
  const excluded = request.why.excluded.map((e) => e.personId)
  const people = new Map<string, Candidate>()
  for (const { personId, membershipId } of [...seats, ...(await listDeputies(db, seats, request, stamp.at))])
    if (!decided.has(personId) && !told.includes(personId) && !excluded.includes(personId))
      people.set(personId, { personId, membershipId })
  for (const person of people.values()) await write(db, site, request, step, person, occasion, stamp)
  return people.size
}

async function write(
  db: Db,
  site: { keys: Keyring; publicUrl: string },
  request: ApprovalRequest,
  step: ApprovalStep,
  person: Candidate,
  occasion: Occasion,
  stamp: Stamp,
): Promise<void> {
  const to: { email: string; name: string } | undefined = await db('people')
    .where({ id: person.personId, status: 'active' })
    .first('email', 'name')
  if (!to) return
  const asked: { name: string } | undefined = await db('people').where({ id: request.requesterId }).first('name')
  const link = async (action: 'approve' | 'reject') =>
    `${site.publicUrl}/approvals/mail/${await makeLink(db, request, step, person, action, stamp)}`
  const [approve, reject] = [await link('approve'), await link('reject')]
  const lines = [
    `Dear ${to.name},`,
    '',
    `${request.subjectText} ${openings[occasion]}.`,
    '',
    `Asked for by: ${asked?.name ?? ''}`,
    `Amount: ${request.amount} ${request.currency}`,
    `Step: ${step.plan.name}`,
    '',
    // An address can't be completed from a mail.
    ...(step.plan.kind === 'complete-address' ? [] : [`Approve: ${approve}`]),
    `Reject: ${reject}`,
    `Look at it: ${site.publicUrl}/approvals/${request.id}`,
    '',
    'A link opens a page where you confirm. It works once and is for you alone.',
  ]
  await sendMail(
    db,
    site.keys,
    {
      sellerId: request.sellerId,
      to: to.email,
      subject: `${occasion === 'reminder' ? 'Reminder: ' : ''}For your approval: ${request.subjectText}`,
      text: lines.join('\n'),
      about: 'approval',
    },
    stamp,
  )
}
