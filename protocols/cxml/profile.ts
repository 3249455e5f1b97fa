// ProfileRequest / ProfileResponse (cXML Reference Guide, "Profile Transaction").
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
