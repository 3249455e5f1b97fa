// Invitations: the call that mails one again, the page behind the link, and the form that accepts.
import type { Response } from 'express'
import { isWithin } from '../accounts/access.ts'
import { actorOf } from '../audit/record-audit.ts'
import { stampOf } from '../database/stamp.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { acceptInvitation, readInvitation, sendInvitation } from '../sign-in/invite.ts'
import { findInvitedMember, type InvitedMember } from '../sign-in/newcomer-store.ts'
import { NewPassword } from './passwords.tsx'
import { jsonRoute, type Route } from './route.ts'
import { orMessage, readForm, sendFormPage, Wrong } from './session-page.tsx'
import { atSeller, enter } from './sign-in.ts'
import { welcomeIn } from './sign-in-pages.tsx'

/** What links in mails are made with. */
export function linksOf(hub: Hub) {
  return { keys: hub.keys, publicUrl: hub.config.publicUrl, newToken: hub.newToken }
}

function show(res: Response, member: InvitedMember, wrong?: string): void {
  sendFormPage(
    res,
    `Order at ${member.sellerName}`,
    <>
      <p>
        You are invited to order for <strong>{member.accountName}</strong>, as {member.email}.
      </p>
      <Wrong message={wrong} />
      <form method="post">
        {member.hasPassword ? (
          <p className="soft">You have an account already: accept, and find this company beside your others.</p>
        ) : (
          <>
            <input type="hidden" name="username" autoComplete="username" value={member.email} />
            <label htmlFor="name">Your name</label>
            <input id="name" name="name" autoComplete="name" defaultValue={member.name} required maxLength={200} />
            <NewPassword />
          </>
        )}
        <button type="submit">Accept</button>
      </form>
    </>,
    wrong ? 400 : 200,
  )
}

function showSpent(res: Response): void {
  sendFormPage(
    res,
    'This invitation does not work any more',
    <>
      <p>It was used before, was taken back or has run out. Ask who invited you for a new one.</p>
      <a className="button" href="/sign-in">
        Sign in
      </a>
    </>,
    410,
  )
}

export const invitationRoutes: Route[] = [
  jsonRoute({
    method: 'post',
    path: '/api/v1/memberships/:membershipId/invitation',
    who: 'accounts:write',
    may: 'user.invite',
    tag: 'People',
    summary: 'Mail the invitation of an invited member (again): the link before is dead',
    async handle(hub, { access, reach, params }) {
      const member = await findInvitedMember(hub.db, params.membershipId ?? '')
      const place = member && (await hub.db('accounts').where({ id: member.accountId }).first('company_id', 'path'))
      const within =
        member?.sellerId === access.sellerId &&
        isWithin(reach, { accountId: member.accountId, companyId: place.company_id, path: place.path })
      if (!member || !within) throw new HubError('not_found', 'There is no such member.')
      await hub.db.transaction((trx) =>
        sendInvitation(trx, linksOf(hub), member.membershipId, actorOf(access), stampOf(hub)),
      )
    },
  }),
  {
    method: 'get',
    path: '/invitation/:token',
    who: 'anyone',
    summary: 'Page: an invitation',
    async handle(hub, req, res) {
      const member = await readInvitation(hub.db, String(req.params.token), hub.now())
      if (member) show(res, member)
      else showSpent(res)
    },
  },
  {
    method: 'post',
    path: '/invitation/:token',
    who: 'anyone',
    summary: 'Page: accept an invitation',
    async handle(hub, req, res) {
      const { name, password } = await readForm(hub, req, res)
      const token = String(req.params.token)
      const accepted = await orMessage(() =>
        hub.db.transaction((trx) => acceptInvitation(trx, linksOf(hub), token, { name, password }, stampOf(hub))),
      )
      if ('done' in accepted) {
        // Who had a password proves it as ever: the mail alone lets nobody into what they had before.
        if (accepted.done.hasPassword) {
          const { sellerId } = accepted.done
          return res.redirect(303, await atSeller(hub, '/sign-in', sellerId, 'accepted'))
        }
        return welcomeIn(hub, res, await enter(hub, req, accepted.done, 'invitation'), '/home')
      }
      const member = await readInvitation(hub.db, token, hub.now())
      if (member) show(res, member, accepted.wrong.message)
      else showSpent(res)
    },
  },
]
