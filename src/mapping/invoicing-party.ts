// The seller as its cXML documents name it: by its registered name, address and numbers where it has told them, else by its name alone.
import type { Seller } from '../accounts/invoice-party.ts'
import type { Address } from '../cart.ts'

export interface InvoicingParty {
  address: Address
  /** What the bank account is called. */
  accountHolder: string
  /** As InvoicePartner's IdReference wants them: vatID, federalTaxID, companyRegistrationNumber. */
  ids: IdOf[]
  /** ibanID, swiftID. */
  bankIds: IdOf[]
}

interface IdOf {
  domain: string
  identifier: string
}

export function toInvoicingParty({ name, party }: Seller): InvoicingParty {
  if (!party) return { address: { name }, accountHolder: name, ids: [], bankIds: [] }
  const { address, contact, bank, vatId, taxRegistrationId, legalId } = party
  const { street, additionalStreet, city, postCode, subdivision, country } = address
  return {
    address: {
      name: party.name,
      street: [street, additionalStreet].filter((s) => s !== undefined),
      city,
      postalCode: postCode,
      state: subdivision,
      countryCode: country,
      email: contact?.email,
    },
    accountHolder: bank?.holder ?? party.name,
    ids: idsOf({ vatID: vatId, federalTaxID: taxRegistrationId, companyRegistrationNumber: legalId?.id }),
    bankIds: idsOf({ ibanID: bank?.iban, swiftID: bank?.bic }),
  }
}

function idsOf(named: Record<string, string | undefined>): IdOf[] {
  return Object.entries(named).flatMap(([domain, identifier]) => (identifier ? [{ domain, identifier }] : []))
}
