// A mail to a person: kept sealed, since it holds links that let somebody in.

export interface Mail {
  id: string
  sellerId: string
  recipient: string
  subject: string
  text: string
  html: string | null
  /** What it is for: `invitation`, `password-reset`, ... */
  about: string
  /** kept: there is no mail server, it is only readable in the demo. */
  state: 'waiting' | 'kept' | 'sent' | 'refused'
  error: string | null
  createdAt: Date
  sentAt: Date | null
}

/** The purpose mail bodies are sealed for. */
export const MAIL_PURPOSE = 'mail-body'
