// ProfileRequest / ProfileResponse (cXML Reference Guide, "Profile Transaction").
import { many, shapeOf, text } from './shape.ts'
import type { Keeps } from './xml-element.ts'

export interface ProfileRequest extends Keeps {
  type: 'ProfileRequest'
}

export interface ProfileOption extends Keeps {
  name: string
  value: string
}

export interface Transaction extends Keeps {
  requestName: string
  url: string
  options?: ProfileOption[]
}

export interface ProfileResponse extends Keeps {
  type: 'ProfileResponse'
  effectiveDate: string
  lastRefresh?: string
  options?: ProfileOption[]
  transactions: Transaction[]
}

export const profileRequest = shapeOf<ProfileRequest>('ProfileRequest', { constants: { type: 'ProfileRequest' } })

const option = shapeOf<ProfileOption>('Option', { attributes: { name: 'required' }, text: 'value' })

const transaction = shapeOf<Transaction>('Transaction', {
  attributes: { requestName: 'required' },
  children: [text('URL', 'url', { required: true, token: true }), many(option, 'options')],
})

export const profileResponse = shapeOf<ProfileResponse>('ProfileResponse', {
  constants: { type: 'ProfileResponse' },
  attributes: { effectiveDate: 'required', lastRefresh: 'optional' },
  children: [many(option, 'options'), many(transaction, 'transactions', { always: true })],
})
