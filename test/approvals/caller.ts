// Calls of the API by people of the tests' companies, each with a session of their own.
import { sha256 } from '../../src/secrets.ts'
import type { TestHub } from '../support/hub.ts'
import { type Member, newId } from './company.ts'

export function callerOf(test: () => TestHub, sellerId: string) {
  const tokens = new Map<string, string>()
  async function tokenOf({ personId, membershipId }: Member): Promise<string> {
    const known = tokens.get(membershipId)
    if (known) return known
    const token = `hubs_${newId()}`
    const at = new Date()
    await test()
      .hub.db('person_sessions')
      .insert({
        id: newId(),
        seller_id: sellerId,
        person_id: personId,
        membership_id: membershipId,
        token_hash: sha256(token),
        way: 'password',
        created_at: at,
        used_at: at,
        expires_at: new Date(at.getTime() + 3_600_000),
      })
    tokens.set(membershipId, token)
    return token
  }

  async function call(member: Member, method: string, path: string, body?: unknown) {
    const headers = { authorization: `Bearer ${await tokenOf(member)}`, 'content-type': 'application/json' }
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
    const answer = await fetch(`${test().url}/api/v1${path}`, init)
    const text = await answer.text()
    // biome-ignore lint/suspicious/noExplicitAny: the answer is asserted, not typed
    return { status: answer.status, body: (text ? JSON.parse(text) : null) as any }
  }
  return { call, tokenOf }
}
