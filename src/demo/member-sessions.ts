// Who is signed in at the storefront without punchout. The hub's token stays in the shop; the browser has a cookie of the shop's own.
import { randomBytes } from 'node:crypto'
import type { MemberSession } from './member-client.ts'

export interface Member extends MemberSession {
  /** Value of the cookie. */
  key: string
  /** Of their session at the hub. */
  token: string
  /** Lines of their cart when it was last seen. */
  lines: number
}

const MOST_MEMBERS = 1000
const members = new Map<string, Member>()

/** A new key each time, so that nobody comes in by a cookie that was there before. */
export function keepMember(session: MemberSession, token: string): Member {
  const member = { ...session, token, key: randomBytes(24).toString('base64url'), lines: 0 }
  members.set(member.key, member)
  for (const key of members.keys()) {
    if (members.size <= MOST_MEMBERS) break
    members.delete(key)
  }
  return member
}

export const findMember = (key: string | undefined) => (key === undefined ? undefined : members.get(key))
export const forgetMember = ({ key }: Member) => members.delete(key)

/** Whether they hold a permission, however far. */
export const may = ({ permissions }: Member, permission: string) =>
  permissions.some((right) => right.startsWith(`${permission}@`))
