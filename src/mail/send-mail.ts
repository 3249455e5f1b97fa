// Sends a mail: a row with a sealed body, and the job that hands it to the mail server, in the caller's transaction.
import type { Db } from '../database/database.ts'
import type { Stamp } from '../database/stamp.ts'
import { enqueue } from '../queue/outbox.ts'
import type { Keyring } from '../secrets.ts'
import { insertMail } from './mail-store.ts'

export interface NewMail {
  sellerId: string
  /** One address, without a name. */
  to: string
  subject: string
  text: string
  html?: string
  /** What it is for: `invitation`, `password-reset`, `approval`, ... */
  about: string
}

/** Sends one mail once the transaction is committed. Returns its id. Without a mail server it is kept for the demo to show. */
export async function sendMail(db: Db, keys: Keyring, mail: NewMail, stamp: Stamp): Promise<string> {
  const { to, html, ...rest } = mail
  const id = stamp.newId()
  // A line break in a header would be another header.
  const subject = mail.subject.replace(/\s+/g, ' ').slice(0, 300)
  await insertMail(db, keys, { ...rest, id, subject, recipient: to, html: html ?? null }, stamp.at)
  await enqueue(db, 'send-mail', { mailId: id })
  return id
}
