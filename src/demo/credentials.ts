// What everyone may know of the demo: the ids of its data, and the secrets of its API clients, which are no secrets.

/** Fixed, so that a second start finds what the first one made. */
const id = (n: number) => `00000000-0000-7000-8000-${n.toString().padStart(12, '0')}`

export const demoIds = {
  seller: id(1),
  account: id(2),
  person: id(3),
  storefront: id(4),
  cxmlPartner: id(5),
  ociPartner: id(6),
  erpConnection: id(7),
  /** People of the demo, in the order of demoPeople. */
  people: [id(11), id(12), id(13), id(14), id(15), id(16)],
  /** A second company, which the buyer is in as well. */
  secondAccount: id(20),
}

export const storeClient = { id: 'demo-store', secret: 'demo-store-secret' }
export const adminClient = { id: 'demo-admin', secret: 'demo-admin-secret' }

/** People to sign in as, all with one password. `role` is theirs among the customer's or the seller's people. */
export const demoPeople = [
  { email: 'admin@almere.example', name: 'Amina Admin', role: 'buyer-admin', of: 'customer' },
  { email: 'buyer@almere.example', name: 'Bram Buyer', role: 'buyer', of: 'customer' },
  { email: 'approver@almere.example', name: 'Ada Approver', role: 'approver', of: 'customer' },
  { email: 'finance@almere.example', name: 'Fenna Finance', role: 'finance', of: 'customer' },
  { email: 'agent@demo-office.example', name: 'Sem Sales', role: 'sales-agent', of: 'seller' },
  { email: 'administrator@demo-office.example', name: 'Iris Administrator', role: 'administrator', of: 'seller' },
] as const
export const demoPassword = 'demo-people-only'
