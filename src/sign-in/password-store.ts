// Keeps passwords, as argon2id hashes only.
import type { Db } from '../database/database.ts'

export interface SignInCandidate {
  personId: string
  sellerId: string
  email: string
  name: string
  status: 'active' | 'suspended'
  hash: string | null
}

/** Who this address is with a seller, and the hash of their password. */
export async function findCandidate(db: Db, sellerId: string, email: string): Promise<SignInCandidate | undefined> {
  return db('people as p')
    .leftJoin('passwords as w', 'w.person_id', 'p.id')
    .select({
      personId: 'p.id',
      sellerId: 'p.seller_id',
      email: 'p.email',
      name: 'p.name',
      status: 'p.status',
      hash: 'w.hash',
    })
    .where({ 'p.seller_id': sellerId })
    .whereRaw('lower(p.email) = lower(?)', [email])
    .first()
}

export async function putPassword(db: Db, personId: string, hash: string, at: Date): Promise<void> {
  await db('passwords').insert({ person_id: personId, hash, changed_at: at }).onConflict('person_id').merge()
}
