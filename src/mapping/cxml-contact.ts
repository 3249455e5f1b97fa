// A house address as cXML Contact of a role: shipFrom, shipTo, billTo, ... (cXML Reference Guide, "Contact").
import type { Contact } from '../../protocols/cxml/elements.ts'
import type { Address } from '../cart.ts'
import { printable } from './printable.ts'

/** The postal address needs a country; without one the contact is a name. */
export function toContact(role: string, address: Address): Contact {
  const { name, countryCode, deliverTo, street, city, state, postalCode, email, addressId } = address
  const texts = (lines: readonly string[] | undefined) => (lines?.length ? lines.map(printable) : undefined)
  return {
    role,
    addressID: addressId && printable(addressId),
    name: { text: printable(name), lang: 'en' },
    postalAddresses:
      countryCode && (city || street?.length || postalCode)
        ? [
            {
              deliverTo: texts(deliverTo),
              street: texts(street),
              city: printable(city ?? ''),
              state: state ? { text: printable(state) } : undefined,
              postalCode: postalCode && printable(postalCode),
              country: { isoCountryCode: countryCode, text: countryCode },
            },
          ]
        : undefined,
    emails: email ? [{ address: printable(email).trim() }] : undefined,
  }
}
