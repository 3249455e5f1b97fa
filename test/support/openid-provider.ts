// A real OpenID provider (npm oidc-provider) on loopback that signs in whoever the test says, without asking.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export interface ProviderAccount {
  sub: string
  email: string
  email_verified?: boolean
  name?: string
}

export interface TestProvider {
  issuer: string
  /** Who signs in next. */
  account: ProviderAccount
  close(): Promise<void>
}

export const openIdClient = { clientId: 'hub', clientSecret: 'a secret of at least 32 signs, for tests' }

export async function startOpenIdProvider(redirectUri: string, account: ProviderAccount): Promise<TestProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const started: TestProvider = {
    issuer,
    account,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  const provider = new Provider(issuer, {
    clients: [
      { client_id: openIdClient.clientId, client_secret: openIdClient.clientSecret, redirect_uris: [redirectUri] },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    // Many providers put these into the ID token; the hub reads them there.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => ({ ...started.account, sub }) }),
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc
      const grant = new ctx.oidc.provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  const answer = provider.callback()
  server.on('request', (req, res) => {
    if (!req.url?.startsWith('/interaction/')) return void answer(req, res)
    void provider.interactionFinished(req, res, { login: { accountId: started.account.sub } })
  })
  return started
}
