// Small elements that many cXML documents share (cXML.dtd 1.2.071): Money, Address, Contact, ItemID, Description, Extrinsic, Tax, ...
import type { Keeps, XmlNode } from './xml-element.ts'

export interface Money extends Keeps {
  /** Decimal text as written: `10.50`, `1e5`, surrounding blanks removed. */
  amount: string
  currency: string
  alternateAmount?: string
  alternateCurrency?: string
}

/** Total, UnitPrice, TaxableAmount, ...: an element that holds one Money. */
export interface Amount extends Keeps {
  money: Money
}

/** Name, SourcingStatus, TaxLocation: text in a language. */
export interface LocalText extends Keeps {
  text: string
  lang?: string
}

export interface Description extends LocalText {
  type?: string
  shortName?: string
}

export interface Classification extends Keeps {
  domain: string
  code?: string
  text: string
}

/** Any content: `value` is its text; `content` is set when there are elements inside, and is what is rendered then. */
export interface Extrinsic extends Keeps {
  name: string
  value: string
  content?: XmlNode[]
}

/** BrowserFormPost, SupplierSetup, StartPage, Attachment: an element that holds one URL. */
export interface Link extends Keeps {
  url: string
}

export interface Comments extends LocalText {
  type?: string
  attachments?: Link[]
}

export interface ItemID extends Keeps {
  supplierPartID: string
  supplierPartAuxiliaryID?: string
  buyerPartID?: string
}

export interface SupplierID extends Keeps {
  domain: string
  text: string
}

export interface Country extends Keeps {
  isoCountryCode?: string
  text: string
}

export interface State extends Keeps {
  isoStateCode?: string
  text: string
}

export interface PostalAddress extends Keeps {
  name?: string
  deliverTo?: string[]
  street?: string[]
  city: string
  municipality?: string
  state?: State
  postalCode?: string
  country: Country
  extrinsics?: Extrinsic[]
}

export interface Email extends Keeps {
  address: string
  name?: string
  preferredLang?: string
}

export interface TelephoneNumber extends Keeps {
  countryCode: Country
  areaOrCityCode: string
  number: string
  extension?: string
}

export interface Phone extends Keeps {
  name?: string
  telephoneNumber: TelephoneNumber
}

export interface Fax extends Keeps {
  name?: string
  telephoneNumber?: TelephoneNumber
  url?: string
  email?: Email
}

export interface Address extends Keeps {
  isoCountryCode?: string
  addressID?: string
  addressIDDomain?: string
  name: LocalText
  postalAddress?: PostalAddress
  email?: Email
  phone?: Phone
  fax?: Fax
  url?: string
}

export interface Contact extends Keeps {
  role?: string
  addressID?: string
  addressIDDomain?: string
  name: LocalText
  postalAddresses?: PostalAddress[]
  emails?: Email[]
  phones?: Phone[]
  faxes?: Fax[]
  urls?: string[]
  extrinsics?: Extrinsic[]
}

export interface ShipTo extends Keeps {
  address: Address
}

export interface Shipping extends Keeps {
  money: Money
  description: Description
  trackingDomain?: string
  trackingId?: string
  tracking?: string
}

export interface TaxDetail extends Keeps {
  category: string
  purpose?: string
  percentageRate?: string
  taxRateType?: string
  exemptDetail?: string
  isVatRecoverable?: string
  taxPointDate?: string
  paymentDate?: string
  isTriangularTransaction?: string
  isWithholdingTax?: string
  isIncludedInPrice?: string
  taxableAmount?: Amount
  taxAmount: Amount
  taxLocation?: LocalText
  description?: Description
  extrinsics?: Extrinsic[]
}

export interface Tax extends Keeps {
  money: Money
  description: Description
  taxDetails?: TaxDetail[]
  extrinsics?: Extrinsic[]
}
