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
}

export const storeClient = { id: 'demo-store', secret: 'demo-store-secret' }
export const adminClient = { id: 'demo-admin', secret: 'demo-admin-secret' }
