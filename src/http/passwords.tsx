// Pages and calls: forgot the password, choose a new one by the mail's link.
import type { Response } from 'express'
import { z } from 'zod'
import { stampOf } from '../database/stamp.ts'
import type { Hub } from '../hub.ts'
import { PASSWORD_LENGTH } from '../sign-in/password.ts'
import { askForReset, resetLinkWorks, resetPassword } from '../sign-in/reset-password.ts'
import { assertNotLocked, countFailure } from './failure-limit.ts'
import type { Route } from './route.ts'
import { orMessage, readForm, sendFormPage, Wrong } from './session-page.tsx'
import { atSeller, sellerToEnter } from './sign-in.ts'

const asked = z
  .strictObject({ email: z.string().trim().min(3).max(320), seller: z.uuid().optional() })
  .meta({ id: 'PasswordForgotten' })

/** Who asks for mails to an address over and over is slowed down, whether anybody has that address or not. */
async function ask(hub: Hub, address: string, sellerId: string, email: string): Promise<void> {
  const identity = `reset ${email}`
  await assertNotLocked(address, identity)
  await countFailure(address, identity)
  const links = { keys: hub.keys, publicUrl: hub.config.publicUrl, newToken: hub.newToken }
  await hub.db.transaction((trx) => askForReset(trx, links, sellerId, email, stampOf(hub)))
}

/** The fields of a new password, with what browsers' password keepers look for. */
export function NewPassword() {
  return (
    <>
      <label htmlFor="password">
        Password <small>at least {PASSWORD_LENGTH.min} signs; a few words are fine</small>
      </label>
      <input
        id="password"
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={PASSWORD_LENGTH.min}
        maxLength={PASSWORD_LENGTH.max}
        required
      />
    </>
  )
}

function showReset(res: Response, wrong?: string): void {
  sendFormPage(
    res,
    'Choose a new password',
    <>
      <Wrong message={wrong} />
      <form method="post">
        <NewPassword />
        <button type="submit">Set the password</button>
      </form>
    </>,
    wrong ? 400 : 200,
  )
}

const SPENT = (
  <>
    <p>This link was used before or has run out.</p>
    <a className="button" href="/password/forgot">
      Get a new one
    </a>
  </>
)

export const passwordRoutes: Route[] = [
  {
    method: 'post',
    path: '/api/v1/password/forgot',
    who: 'anyone',
    summary: 'Mail a link for a new password; the answer is the same whether the address is known or not',
    api: { tag: 'Sign-in', body: asked, status: 204 },
    async handle(hub, req, res) {
      const { email, seller } = asked.parse(req.body)
      await ask(hub, req.ip ?? '', await sellerToEnter(hub, seller), email)
      res.status(204).end()
    },
  },
  {
    method: 'get',
    path: '/password/forgot',
    who: 'anyone',
    summary: 'Page: forgot the password',
    handle(_hub, req, res) {
      const seller = typeof req.query.seller === 'string' ? req.query.seller : undefined
      sendFormPage(
        res,
        'Forgot the password?',
        <>
          <p>We mail you a link to choose a new one. It works for an hour.</p>
          <form method="post" action="/password/forgot">
            {seller ? <input type="hidden" name="seller" value={seller} /> : null}
            <label htmlFor="email">E-mail address</label>
            <input id="email" name="email" type="email" autoComplete="username" required />
            <button type="submit">Mail me a link</button>
          </form>
        </>,
      )
    },
  },
  {
    method: 'post',
    path: '/password/forgot',
    who: 'anyone',
    summary: 'Page: mail the link',
    async handle(hub, req, res) {
      const { email = '', seller } = await readForm(hub, req, res)
      await ask(hub, req.ip ?? '', await sellerToEnter(hub, seller || undefined), email.trim())
      sendFormPage(res, 'Look into your mail', <p>If we know this address, a link is on its way to it.</p>)
    },
  },
  {
    method: 'get',
    path: '/password/reset/:token',
    who: 'anyone',
    summary: 'Page: choose a new password',
    async handle(hub, req, res) {
      if (await resetLinkWorks(hub.db, String(req.params.token), hub.now())) return showReset(res)
      sendFormPage(res, 'This link does not work any more', SPENT, 410)
    },
  },
  {
    method: 'post',
    path: '/password/reset/:token',
    who: 'anyone',
    summary: 'Page: set the new password',
    async handle(hub, req, res) {
      const { password = '' } = await readForm(hub, req, res)
      const token = String(req.params.token)
      const set = await orMessage(() => hub.db.transaction((trx) => resetPassword(trx, token, password, stampOf(hub))))
      if ('done' in set) return res.redirect(303, await atSeller(hub, '/sign-in', set.done.sellerId, 'password'))
      if (set.wrong.code === 'invalid_input') return showReset(res, set.wrong.message)
      sendFormPage(res, 'This link does not work any more', SPENT, 410)
    },
  },
]
