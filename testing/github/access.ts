import type { Repository } from './repository.ts'
import type { Policy, Token } from './tokens.ts'

/** Why GitHub keeps a token away from a repository; both APIs use the same words. */
export type Denial = {
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
  /** GraphQL's `extensions`. */
  readonly extensions?: Readonly<Record<string, unknown>>
}

export function denialFor(
  { refusedBy, refusedOn = 'everything' }: Token,
  repository: Repository,
  isWrite: boolean,
): Denial | undefined {
  const isRefused = isWrite || refusedOn === 'everything'
  if (isRefused && refusedBy !== undefined && refusedBy !== 'suspended') {
    return policies[refusedBy](repository.owner)
  }
  return isWrite ? readOnlyDenial(repository) : undefined
}

const policies: Record<Exclude<Policy, 'suspended'>, (owner: string) => Denial> = {
  // Source, for GraphQL too: github.com/fwouts/prmonitor/issues/1042.
  saml: (owner) => ({
    message:
      'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
    headers: {
      'x-github-sso': `required; url=https://github.com/orgs/${owner}/sso?authorization_request=A1B2`,
    },
    extensions: { saml_failure: true },
  }),
  // Source: github.com/SalesforceFoundation/NPSP/issues/7247.
  'ip-allow-list': (owner) => ({
    message: `Although you appear to have the correct authorization credentials, the \`${owner}\` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.`,
  }),
  // Source: github.com/refined-github/refined-github/issues/6951.
  'classic-tokens': (owner) => ({
    message: `\`${owner}\` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.`,
  }),
  // No public source has the rest of this message.
  'fine-grained-tokens': (owner) => ({
    message: `\`${owner}\` forbids access via a personal access token with fine-grained permissions.`,
  }),
  // Source: github.com/NixOS/org/issues/247.
  'token-lifetime': (owner) => ({
    message: `The '${owner}' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days. Please adjust your token's lifetime at the following URL: https://github.com/settings/personal-access-tokens/1`,
  }),
}

function readOnlyDenial({ settings }: Repository): Denial | undefined {
  // Source: the Javadoc of GHRepository in github.com/hub4j/github-api.
  if (settings.archived) return { message: 'Repository was archived so is read-only.' }
  return settings.lockedForMigration
    ? { message: 'Repository has been locked for migration.' }
    : undefined
}

/** A suspended token is refused before GitHub looks at the request. */
export function suspensionOf({ refusedBy, kind = 'app' }: Token): Denial | undefined {
  if (refusedBy !== 'suspended') return undefined
  // Sources: github.com/hcengineering/platform/issues/7639, github.com/zeitlos/lucity/issues/86.
  return {
    message:
      kind === 'app' ? 'This installation has been suspended' : 'Sorry. Your account was suspended',
  }
}

/** A token without the permission that a request needs. */
export function missingPermissionMessage({ kind = 'app' }: Token): string {
  return kind === 'app'
    ? 'Resource not accessible by integration'
    : 'Resource not accessible by personal access token'
}
