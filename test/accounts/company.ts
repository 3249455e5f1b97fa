// A company with people for tests: accounts, memberships, and calls made for one of them.
import { addAccount } from '../../src/accounts/account-tree.ts'
import { addMember } from '../../src/accounts/people.ts'
import type { RoleName } from '../../src/accounts/permission.ts'
import { stampOf } from '../../src/database/stamp.ts'
import { demoIds } from '../../src/demo/seed.ts'
import { adminAuthorization } from '../support/buyer.ts'
import type { TestHub } from '../support/hub.ts'

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON the hub answers
  body: any
  headers: Headers
}

/** Calls the API as the seller's program, or for a membership where one is given. */
export async function call(
  hub: TestHub,
  membershipId: string | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const res = await fetch(`${hub.url}${path}`, {
    method,
    headers: {
      authorization: adminAuthorization,
      ...(membershipId ? { 'hub-membership': membershipId } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await res.text()
  const isJson =
    /json/.test(res.headers.get('content-type') ?? '') &&
    text !== '' &&
    !/ndjson/.test(res.headers.get('content-type') ?? '')
  return { status: res.status, body: isJson ? JSON.parse(text) : text, headers: res.headers }
}

/** Adds an account. */
export function account(
  { hub }: TestHub,
  name: string,
  parentId: string | null = null,
  kind: 'holding' | 'company' | 'branch' | 'department' = 'company',
): Promise<string> {
  return addAccount(hub.db, demoIds.seller, { name, parentId, kind, status: 'active' }, stampOf(hub))
}

/** Adds an active member, e-mail `<name>@example.com`. Returns the membership's id. */
export function member({ hub }: TestHub, accountId: string, name: string, role: RoleName | null): Promise<string> {
  const input = { sellerId: demoIds.seller, accountId, email: `${name}@example.com`, name, role }
  return addMember(hub.db, { ...input, status: 'active', firstSeenBy: 'test' }, stampOf(hub))
}
