// The demo's mailbox: every mail the hub would have sent, with links to click. Read over the hub's API, as a tool of the seller's.
import { Router as makeRouter, type Router } from 'express'
import { z } from 'zod'
import { adminClient } from './credentials.ts'
import { makeHubCall } from './hub-call.ts'
import { sendPage } from './layout.tsx'

const mails = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      recipient: z.string(),
      subject: z.string(),
      state: z.string(),
      text: z.string().nullable(),
      createdAt: z.string(),
    }),
  ),
})

/** The page of /demo/mail. */
export function mailboxRouter(hubUrl: string): Router {
  const hub = makeHubCall(hubUrl, adminClient)
  const router = makeRouter()
  router.get('/', async (_req, res) => {
    const { items } = await hub.get('/mails', mails)
    sendPage(
      res,
      { title: 'Mailbox', place: 'welcome' },
      <>
        <h1>Mailbox of the demo</h1>
        <p className="lead">
          Without a mail server (SMTP_URL) the hub’s mails stay here: invitations, links for a new password, approvals.
        </p>
        {items.length === 0 ? <p>Nothing was mailed yet.</p> : null}
        <ul className="cards">
          {items.map((mail) => (
            <li key={mail.id} className="card">
              <h2>{mail.subject}</h2>
              <p className="soft">
                To {mail.recipient}, {mail.createdAt.slice(0, 16).replace('T', ' ')}
              </p>
              {mail.text?.split('\n\n').map((text) => (
                <p key={text} className="lines">
                  <Linked text={text} />
                </p>
              ))}
            </li>
          ))}
        </ul>
      </>,
    )
  })
  return router
}

/** Text with its addresses to click. */
function Linked({ text }: { text: string }) {
  return text.split(/(https?:\/\/\S+)/).map((part) =>
    /^https?:/.test(part) ? (
      <a key={part} href={part}>
        <code>{part}</code>
      </a>
    ) : (
      part
    ),
  )
}
