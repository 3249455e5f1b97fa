// OCI call-up -> facts about the buyer for the mapping rules.
import type { OciLogin } from '../../protocols/oci/login.ts'
import { type BuyerFacts, gatherFacts } from '../accounts/mapping-rules.ts'

/** Every parameter as `oci.<name>`, and the places systems put the user gathered as userEmail and uniqueName. Never the password. */
export function ociFacts(login: OciLogin): BuyerFacts {
  const { facts, add } = gatherFacts()
  add('oci.username', login.username)
  add('oci.sap-client', login.sapClient)
  add('oci.vendor', login.vendor)
  for (const [name, value] of login.extra) add(`oci.${name}`, value)
  const of = (...names: string[]) => names.flatMap((n) => facts[`oci.${n}`] ?? [])
  add(
    'userEmail',
    ...of('email', 'useremail', 'user_email', 'e-mail', 'mail', 'userid', 'username').filter((v) => v.includes('@')),
  )
  add('uniqueName', ...of('userid', 'user', 'uname', 'username'))
  const name = [...of('fname', 'firstname'), ...of('lname', 'lastname')].join(' ')
  add('contact.name', name || of('name')[0])
  return facts
}
