// Hands a mail to the mail server. Without one it is kept, and the demo shows it.

import { findMail, updateMail } from '../src/mail/mail-store.ts'
import { postMail } from '../src/mail/post-mail.ts'
import { failureOf } from './failure.ts'
import { type Job, patient } from './job.ts'

export const sendMailJob: Job<'send-mail'> = {
  name: 'send-mail',
  ...patient,
  async run(hub, { mailId }, { attempt }) {
    const mail = await findMail(hub.db, hub.keys, mailId)
    if (!mail || mail.state === 'sent') return
    const { smtpUrl, mailFrom } = hub.config
    if (!smtpUrl) return updateMail(hub.db, mailId, { state: 'kept', error: null, sentAt: null })
    try {
      await postMail(mail, { url: smtpUrl, from: mailFrom })
    } catch (error) {
      const over = attempt >= patient.attempts || failureOf(error).retry === 'never'
      const noted = { state: over ? ('refused' as const) : ('waiting' as const), error: (error as Error).message }
      await updateMail(hub.db, mailId, { ...noted, sentAt: null })
      throw error
    }
    await updateMail(hub.db, mailId, { state: 'sent', error: null, sentAt: hub.now() })
  },
}
