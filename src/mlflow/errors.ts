import { MlflowError } from '../core/errors.ts'
import { byPlace, foreign, own, plain, prose, thisMachine, type Prose } from '../core/text/prose.ts'
import { failureMessage, type FailureReason } from '../http/failure.ts'
import { isMarkup } from '../http/markup.ts'
import type { RetryOutcome } from '../http/retry.ts'
import type { HttpResponse } from '../http/transport.ts'
import { recogniseRefusal } from './refusals.ts'

type FailedCall = {
  readonly outcome: RetryOutcome
  /** The parsed body; undefined if it is not JSON. */
  readonly json: unknown
  /** E.g. `GET model-versions/search`. */
  readonly endpoint: string
  readonly baseUrl: string
  /** Origin of another server that MLflow redirected to, which got no credentials. */
  readonly redirectedTo: string | undefined
}

/** Converts an unusable response or a network failure into an error with advice. */
export function errorFromFailedCall(call: FailedCall): MlflowError {
  const { outcome, baseUrl, endpoint } = call
  const { result } = outcome
  const after = outcome.tries > 1 ? prose` (after ${outcome.tries} tries)` : []
  if (outcome.retryAllowedAt !== undefined && result.kind === 'response') {
    return new MlflowError(
      prose`MLflow at \`${baseUrl}\` asks to wait until ${own(outcome.retryAllowedAt.toISOString())} (HTTP ${result.status}), longer than a sync may wait`,
      { status: result.status, advice: prose`The next run will catch up on everything.` },
    )
  }
  if (result.kind === 'failure') {
    return call.redirectedTo === undefined
      ? new MlflowError(prose`${failureMessage(result, prose`MLflow at \`${baseUrl}\``)}${after}`, {
          advice: failureAdvice[result.reason],
          isTooLarge: result.reason === 'too-large',
        })
      : new MlflowError(
          prose`MLflow at \`${baseUrl}\` redirects to \`${call.redirectedTo}\`, which can't be reached: ${result.detail}${after}`,
          { advice: redirectAdvice },
        )
  }
  const { message, advice } = explainResponse(result, call)
  const code = stringField(call.json, 'error_code')
  return new MlflowError(prose`${message} [\`${endpoint}\`, HTTP ${result.status}]${after}`, {
    status: result.status,
    advice,
    code,
  })
}

const failureAdvice: Record<FailureReason, Prose> = {
  'unknown-host': prose`Check the host name in \`mlflow-tracking-uri\`, and that ${thisMachine} can resolve it${byPlace(': a private name needs a self-hosted runner or a tunnel', '')}.`,
  refused: prose`Check the host and the port in \`mlflow-tracking-uri\`, that the server is running, and that no firewall keeps ${thisMachine} out.`,
  tls: prose`If a private certificate authority signed the server's certificate, set \`mlflow-ca-certificate\`. Also check that \`mlflow-tracking-uri\` starts with \`https\` if the server uses TLS, and with \`http\` if it does not.`,
  timeout: prose`Check that ${thisMachine} can reach the server (firewall, VPN, proxy). If the server is slow, raise the variable \`MLFLOW_HTTP_REQUEST_TIMEOUT\` (in seconds).`,
  interrupted: prose`The connection ended in the middle of the response: check MLflow's log, and the proxies in front of it.`,
  network: prose`Check that ${thisMachine} can reach the server (firewall, VPN, proxy variables).`,
  'too-large': prose`The response was ignored. Check that \`mlflow-tracking-uri\` is the address of MLflow, and check the proxies in front of it.`,
  encoding: prose`Check the proxies in front of MLflow: a response may only be compressed with \`gzip\`, \`deflate\` or \`br\`.`,
}

/** The other server may have accepted the credentials, had it got them. */
const redirectAdvice = prose`If this is a login in front of MLflow, use a service account of it with \`mlflow-token\` or \`mlflow-headers\`. If MLflow has moved, set \`mlflow-tracking-uri\` to the new address. Credentials are never sent to another host.`

type Explanation = { readonly message: Prose; readonly advice: Prose }

function explainResponse(response: HttpResponse, call: FailedCall): Explanation {
  const { baseUrl, redirectedTo } = call
  const { status, text } = response
  const detail = serverMessage(call.json, text)
  if (redirectedTo !== undefined) {
    return {
      message: prose`MLflow at \`${baseUrl}\` redirects to \`${redirectedTo}\`, which responded: ${detail}`,
      advice: redirectAdvice,
    }
  }
  if (/Invalid Host header/i.test(text)) {
    return {
      message: prose`MLflow at \`${baseUrl}\` rejects this host name: ${detail}`,
      advice: prose`Start the server with \`--allowed-hosts ${new URL(baseUrl).host}\`, or add this host to its variable \`MLFLOW_SERVER_ALLOWED_HOSTS\`.`,
    }
  }
  if (status === 401) {
    return {
      message: prose`MLflow at \`${baseUrl}\` does not accept the credentials: ${detail}`,
      advice: prose`Check \`mlflow-username\` and \`mlflow-password\`, or \`mlflow-token\`${byPlace(', and that the secret is not empty in this workflow: runs for pull requests from forks get no secrets', ', and the variables of MLflow that they come from')}.`,
    }
  }
  if (status === 403) {
    return {
      message: prose`MLflow at \`${baseUrl}\` denies access: ${detail}`,
      advice: prose`The user needs \`READ\` permission on the registered models and on the experiments of their runs. If a gateway in front of MLflow needs headers of its own, set \`mlflow-headers\`.`,
    }
  }
  const refusal = recogniseRefusal(text)
  if (refusal === 'artifacts-only') {
    return {
      message: prose`The server at \`${baseUrl}\` only serves artifacts`,
      advice: prose`Set \`mlflow-tracking-uri\` to the tracking server, which has the Model Registry.`,
    }
  }
  if (refusal === 'feature-disabled') {
    return {
      message: prose`MLflow at \`${baseUrl}\` has a feature switched off: ${detail}`,
      advice: prose`Remove \`mlflow-workspace\` (and the variable \`MLFLOW_WORKSPACE\`), or start the server with \`--enable-workspaces\`.`,
    }
  }
  if (/workspace/i.test(plain(detail)) && (status === 404 || status === 400)) {
    return {
      message: prose`MLflow at \`${baseUrl}\` does not know the workspace: ${detail}`,
      advice: prose`Check \`mlflow-workspace\`, or the variable \`MLFLOW_WORKSPACE\`: names of workspaces are in lower case.`,
    }
  }
  if (status >= 300 && status < 400) {
    return {
      message: prose`MLflow at \`${baseUrl}\` redirects to ${redirectTarget(response)}`,
      advice: redirectAdvice,
    }
  }
  if (isMarkup(text)) return explainHtmlPage(response, baseUrl)
  if (status >= 200 && status < 300) {
    return {
      message: prose`The response of \`${baseUrl}\` is not a complete JSON document: ${detail}`,
      advice: prose`The response was cut off, or \`mlflow-tracking-uri\` is not the address of MLflow. Nothing was changed, and the next run will try again.`,
    }
  }
  return {
    message: prose`MLflow at \`${baseUrl}\` responded: ${detail}`,
    advice:
      status >= 500
        ? prose`Check MLflow's own log. The next run will catch up.`
        : prose`MLflow's message says why it rejected the request.`,
  }
}

function explainHtmlPage(response: HttpResponse, baseUrl: string): Explanation {
  if (response.status === 404) {
    return {
      message: prose`There is no MLflow API at \`${baseUrl}\``,
      advice: prose`Check \`mlflow-tracking-uri\`: it includes the server's static prefix (\`--static-prefix\`), but not a page of the UI.`,
    }
  }
  const login = /<input[^<>]+type=["']?password|log ?in|sign ?in|single sign-on|saml|oauth/i
  if (response.status < 300 && login.test(response.text)) {
    return {
      message: prose`\`${baseUrl}\` responded with a login page instead of MLflow's API`,
      advice: prose`A gateway in front of MLflow asks for a login. Use a service account of that gateway with \`mlflow-token\`, with \`mlflow-headers\`, or with \`mlflow-username\` and \`mlflow-password\`.`,
    }
  }
  return {
    message: prose`\`${baseUrl}\` responded with a page of HTML instead of MLflow's API`,
    advice: prose`This may be a login or maintenance page of a gateway, or the address of a web page. \`mlflow-tracking-uri\` is the base address of the server, with its static prefix.`,
  }
}

function redirectTarget(response: HttpResponse): Prose {
  const location = response.headers.location ?? ''
  if (location === '') return prose`nowhere: the response has no \`Location\``
  const target = URL.canParse(location) ? new URL(location).origin : location.slice(0, 100)
  return prose`\`${target}\`, which is not an API`
}

/** Longest part of a page that is searched for its text. */
const maxPageLength = 1024 * 1024

/** MLflow itself writes one or two sentences, and the names of what they are about. */
const maxMessageLength = 1000

/** MLflow's error message, or the beginning of the body as plain text. */
function serverMessage(json: unknown, text: string): Prose {
  const message = stringField(json, 'message')
  if (message !== undefined) return foreign(message.slice(0, maxMessageLength))
  const visible = visibleText(text.slice(0, maxPageLength)).replace(/\s+/g, ' ').trim()
  return visible === '' ? own('an empty response') : foreign(visible.slice(0, 300))
}

/** The text of a page of HTML, without tags and elements that a browser does not show. */
function visibleText(html: string): string {
  const visible: string[] = []
  let hidden = false
  for (const [index, part] of html.split(/(<[^<>]*>)/).entries()) {
    const isTag = index % 2 === 1
    if (!isTag && !hidden) visible.push(part)
    else if (isTag && /^<\/?(style|script|title)\b/i.test(part)) hidden = !part.startsWith('</')
  }
  return visible.join(' ')
}

/** A gateway may put anything there; converting it to a string can even overflow the stack. */
function stringField(json: unknown, name: string): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const value = (json as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : undefined
}

/** Undefined if MLflow itself says that what was asked for does not exist. */
export async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}
