// SCIM: filters and PATCH operations (RFC 7644 3.4.2.2 and 3.5.2), also as Azure AD and Okta write them. Pure.
import { z } from 'zod'

/** What a PATCH or a body says of a user. Absent = not said. */
export interface UserWish {
  active?: boolean
  displayName?: string
  title?: string
  externalId?: string
}

/** What a PATCH says of a group: all members anew, or some more and some fewer. */
export interface GroupWish {
  replace?: string[]
  add: string[]
  remove: string[]
  removeAll: boolean
}

export const patchBody = z.object({
  Operations: z
    .array(z.object({ op: z.string(), path: z.string().max(500).optional(), value: z.unknown().optional() }))
    .min(1)
    .max(1000),
})
export type Patch = z.infer<typeof patchBody>['Operations']

/** A wish that can't be had: a SCIM error of this scimType. */
export class ScimWishError extends Error {
  readonly scimType: 'invalidFilter' | 'invalidPath' | 'invalidValue' | 'invalidSyntax' | 'mutability'
  constructor(scimType: ScimWishError['scimType'], message: string) {
    super(message)
    this.scimType = scimType
  }
}

/** `userName eq "a@b.example"`, of the attributes given; an absent filter = everything. */
export function readFilter(
  filter: string | undefined,
  attributes: Readonly<Record<string, string>>,
): Record<string, string> {
  if (!filter) return {}
  const found: Record<string, string> = {}
  const term =
    /\s*([\w.:]+(?:\[type eq "\w+"\]\.value)?)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)(?:\s+and\s+(?=\S)|\s*$)/iy
  while (term.lastIndex < filter.length) {
    const [, path = '', value = ''] = term.exec(filter) ?? []
    const name = path.toLowerCase().replace(/^urn:ietf:params:scim:schemas:core:2\.0:\w+:/, '')
    const property = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (!property || Object.hasOwn(found, property))
      throw new ScimWishError('invalidFilter', `Filter by one of ${Object.keys(attributes).join(', ')} with eq, once.`)
    found[property] = textOf(value)
  }
  return found
}

function textOf(value: string): string {
  if (!value.startsWith('"')) return value.toLowerCase()
  try {
    return JSON.parse(value)
  } catch {
    throw new ScimWishError('invalidFilter', `${value} is no text of JSON.`)
  }
}

/** Azure AD sends booleans as "True" and "False". */
function booleanOf(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
  throw new ScimWishError('invalidValue', 'active is true or false.')
}

/** What a user's attributes wish for; attributes the hub has no place for are passed over (RFC 7644 3.5.1). */
export function wishOfUser(attributes: Readonly<Record<string, unknown>>): UserWish {
  const by = new Map(Object.entries(attributes).map(([key, value]) => [key.toLowerCase(), value]))
  const name = (by.get('name') ?? {}) as Record<string, unknown>
  const full =
    name.formatted ??
    by.get('name.formatted') ??
    ([name.givenName, name.familyName].filter(Boolean).join(' ') || undefined)
  const displayName = by.get('displayname') ?? full
  const text = (key: string, value: unknown) => (typeof value === 'string' && value !== '' ? { [key]: value } : {})
  return {
    ...(by.has('active') ? { active: booleanOf(by.get('active')) } : {}),
    ...text('displayName', displayName),
    ...text('title', by.get('title')),
    ...text('externalId', by.get('externalid')),
  }
}

export function wishOfUserPatch(operations: Patch): UserWish {
  const wish: UserWish = {}
  for (const { op, path, value } of operations) {
    const verb = op.toLowerCase()
    if (!['add', 'replace', 'remove'].includes(verb))
      throw new ScimWishError('invalidSyntax', `There is no op "${op}".`)
    if (verb === 'remove') {
      if (path?.toLowerCase() === 'active')
        throw new ScimWishError('mutability', 'active can’t be removed: set it false.')
    } else if (path) Object.assign(wish, wishOfUser({ [path]: value }))
    else if (value === null || typeof value !== 'object')
      throw new ScimWishError('invalidValue', 'value: attributes are needed.')
    else Object.assign(wish, wishOfUser(value as Record<string, unknown>))
  }
  return wish
}

const membersOf = (value: unknown): string[] =>
  z
    .array(z.object({ value: z.string() }))
    .parse(value === undefined || value === null ? [] : Array.isArray(value) ? value : [value])
    .map((m) => m.value)

export function wishOfGroupPatch(operations: Patch): GroupWish {
  const wish: GroupWish = { add: [], remove: [], removeAll: false }
  for (const { op, path, value } of operations) {
    const verb = op.toLowerCase()
    const one = /^members\[\s*value\s+eq\s+"([^"]+)"\s*\]$/i.exec(path ?? '')?.[1]
    const inBody =
      !path && value !== null && typeof value === 'object' && 'members' in value ? value.members : undefined
    if (verb === 'remove' && one) wish.remove.push(one)
    else if (path?.toLowerCase() === 'members' || inBody !== undefined) {
      const members = membersOf(inBody ?? value)
      if (verb === 'add') wish.add.push(...members)
      else if (verb === 'replace') wish.replace = members
      else if (verb === 'remove' && members.length > 0) wish.remove.push(...members)
      else if (verb === 'remove') wish.removeAll = true
      else throw new ScimWishError('invalidSyntax', `There is no op "${op}".`)
    } else if (path && path.toLowerCase() !== 'displayname' && path.toLowerCase() !== 'externalid')
      throw new ScimWishError('invalidPath', `The hub has no ${path} of a group.`)
  }
  return wish
}
