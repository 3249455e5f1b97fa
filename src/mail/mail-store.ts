// Keeps mails, their bodies sealed.
import type { Db } from '../database/database.ts'
import { type Keyring, open, seal } from '../secrets.ts'
import { MAIL_PURPOSE, type Mail } from './mail.ts'

const COLUMNS = {
  id: 'id',
  sellerId: 'seller_id',
  recipient: 'recipient',
  subject: 'subject',
  sealedBody: 'sealed_body',
  about: 'about',
  state: 'state',
  error: 'error',
  createdAt: 'created_at',
  sentAt: 'sent_at',
}

type Row = Omit<Mail, 'text' | 'html'> & { sealedBody: Buffer }

const opened = (keys: Keyring, { sealedBody, ...row }: Row): Mail => ({
  ...row,
  ...(JSON.parse(open(keys, MAIL_PURPOSE, sealedBody).toString()) as Pick<Mail, 'text' | 'html'>),
})

export async function insertMail(
  db: Db,
  keys: Keyring,
  mail: Pick<Mail, 'id' | 'sellerId' | 'recipient' | 'subject' | 'text' | 'html' | 'about'>,
  at: Date,
): Promise<void> {
  await db('mails').insert({
    id: mail.id,
    seller_id: mail.sellerId,
    recipient: mail.recipient,
    subject: mail.subject,
    sealed_body: seal(keys, MAIL_PURPOSE, JSON.stringify({ text: mail.text, html: mail.html })),
    about: mail.about,
    created_at: at,
  })
}

export async function findMail(db: Db, keys: Keyring, id: string): Promise<Mail | undefined> {
  const row: Row | undefined = await db('mails').select(COLUMNS).where({ id }).first()
  return row && opened(keys, row)
}

/** The newest mails of a seller, at most `limit`, to one address where it is given. */
export async function listMails(
  db: Db,
  keys: Keyring,
  sellerId: string,
  filter: { recipient?: string | undefined; limit: number },
): Promise<Mail[]> {
  const query = db('mails').select(COLUMNS).where({ seller_id: sellerId }).orderBy('id', 'desc').limit(filter.limit)
  if (filter.recipient) query.whereRaw('lower(recipient) = lower(?)', [filter.recipient])
  return (await query).map((row: Row) => opened(keys, row))
}

/** Notes what became of a mail; one that was sent stays sent. */
export async function updateMail(
  db: Db,
  id: string,
  change: { state: Mail['state']; error: string | null; sentAt: Date | null },
): Promise<void> {
  const { state, error, sentAt } = change
  await db('mails').where({ id }).whereNot({ state: 'sent' }).update({ state, error, sent_at: sentAt })
}
