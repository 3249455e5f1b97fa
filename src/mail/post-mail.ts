// Hands one mail to the mail server (SMTP, RFC 5321). The Message-ID is the mail's own, the same at every attempt.
import { createTransport } from 'nodemailer'
import type { Mail } from './mail.ts'

/** `kind` says whether trying again helps: see jobs/failure.ts. The message never holds what the mail says. */
export class MailError extends Error {
  override readonly name = 'MailError'
  readonly kind: 'unreachable' | 'refused' | 'unauthorised'

  constructor(kind: MailError['kind'], message: string, cause: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

/** Throws MailError and nothing else. */
export async function postMail(mail: Mail, server: { url: string; from: string }): Promise<void> {
  const transport = createTransport({
    url: server.url,
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    socketTimeout: 60_000,
  })
  try {
    await transport.sendMail({
      from: server.from,
      to: mail.recipient,
      subject: mail.subject,
      text: mail.text,
      ...(mail.html ? { html: mail.html } : {}),
      messageId: `<${mail.id}@${/@([\w.-]+)/.exec(server.from)?.[1] ?? 'hub'}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  } catch (error) {
    const { code, responseCode, response } = error as { code?: string; responseCode?: number; response?: string }
    const said = response ? `"${response.slice(0, 300)}"` : (code ?? 'no answer')
    if (code === 'EAUTH') throw new MailError('unauthorised', `The mail server refuses the hub: ${said}`, code)
    if (responseCode !== undefined && responseCode >= 500)
      throw new MailError('refused', `The mail server does not take this mail to ${mail.recipient}: ${said}`, code)
    throw new MailError('unreachable', `The mail server can’t take the mail just now: ${said}`, code)
  } finally {
    transport.close()
  }
}
