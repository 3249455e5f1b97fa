// The basket: items <-> NEW_ITEM-<FIELD>[n] (OCI 4.0/5.0 "inbound section").
import type { Field } from './form-fields.ts'

export type OciVersion = '3.0' | '4.0' | '5.0'

/** One line, all text, as SAP means it: PRICE is net for PRICEUNIT units, MATNR is the buyer's own number. */
export interface OciItem {
  description?: string
  matnr?: string
  quantity?: string
  unit?: string
  price?: string
  currency?: string
  priceUnit?: string
  leadTime?: string
  longText?: string
  vendor?: string
  vendorMat?: string
  manufactCode?: string
  manufactMat?: string
  matGroup?: string
  /** `X` = service. */
  service?: string
  contract?: string
  contractItem?: string
  extQuoteId?: string
  extQuoteItem?: string
  extProductId?: string
  attachment?: string
  attachmentTitle?: string
  attachmentPurpose?: string
  extSchemaType?: string
  extCategoryId?: string
  extCategory?: string
  sldSysName?: string
  custField1?: string
  custField2?: string
  custField3?: string
  custField4?: string
  custField5?: string
  /** OCI 5.0: R = root of a composite, O = outline. */
  itemType?: string
  /** OCI 5.0: index of the parent line, from 1. */
  parentId?: string
  /** OCI 5.0. */
  tax?: string
  /** Fields that are no SAP's: `NEW_ITEM-<name>[n]`, name in upper case. */
  extra?: Record<string, string>
}

export interface OciFinding {
  /** `NEW_ITEM-DESCRIPTION` and so on. */
  field: string
  code: 'length' | 'missing' | 'value' | 'condition' | 'unsupported'
  /** Most characters, with code `length`. */
  limit?: number
  message: string
}

/** Fields of all items, index 1, 2, 3, ...; empty ones and those the version lacks are left out, PRICEUNIT never is. */
export declare function renderItems(items: readonly OciItem[], version: OciVersion): Field[]
/** Every length and condition of the specification this item breaks. */
export declare function checkItem(item: OciItem, version: OciVersion): OciFinding[]
/** Reads what anyone posts as NEW_ITEM-*; never throws. */
export declare function parseItems(fields: readonly Field[]): OciItem[]
