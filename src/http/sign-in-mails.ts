// The mails the hub sent or could not send. What they say is shown in the demo only: their links let somebody in.
import { z } from 'zod'
import { listMails } from '../mail/mail-store.ts'
import { jsonRoute, type Route } from './route.ts'

const mail = z
  .object({
    id: z.uuid(),
    recipient: z.string(),
    subject: z.string(),
    about: z.string(),
    state: z.enum(['waiting', 'kept', 'sent', 'refused']),
    error: z.string().nullable(),
    text: z.string().nullable().describe('in the demo without a mail server only'),
    createdAt: z.iso.datetime(),
    sentAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Mail' })

export const mailRoutes: Route[] = [
  jsonRoute({
    method: 'get',
    path: '/api/v1/mails',
    who: 'accounts:read',
    tag: 'Sign-in',
    summary: 'The newest mails: to whom, what about, and what became of them',
    query: z.strictObject({
      recipient: z.string().max(320).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    answer: z.object({ items: z.array(mail) }),
    async handle(hub, { access, query }) {
      const readable = hub.config.demo && hub.config.smtpUrl === undefined
      const mails = await listMails(hub.db, hub.keys, access.sellerId, query)
      return {
        items: mails.map(({ html: _, sellerId: __, text, ...rest }) => ({ ...rest, text: readable ? text : null })),
      }
    },
  }),
]
