// The cookie a browser's session is kept in: for this host only, out of reach of scripts, not sent by other sites' forms.
import { stringifySetCookie } from 'cookie'
import type { Response } from 'express'
import type { Hub } from '../hub.ts'
import { SESSION_HOURS } from '../sign-in/person-session.ts'
import { SESSION_COOKIE } from './authenticate.ts'

export function setSessionCookie(hub: Hub, res: Response, token: string): void {
  res.append('Set-Cookie', cookie(hub, token, SESSION_HOURS * 3600))
}

export function clearSessionCookie(hub: Hub, res: Response): void {
  res.append('Set-Cookie', cookie(hub, '', 0))
}

function cookie(hub: Hub, value: string, maxAge: number): string {
  const secure = hub.config.publicUrl.startsWith('https:')
  return stringifySetCookie({ name: SESSION_COOKIE, value, maxAge, path: '/', httpOnly: true, sameSite: 'lax', secure })
}
