import type { Fault } from '../github/faults.ts'
import { isGraphql, isWrite, type Matcher } from '../github/matchers.ts'
import {
  emptyBody,
  graphqlErrors,
  htmlPage,
  jsonBody,
  serverError,
  temporaryErrors,
  tooManyRequests,
} from '../github/responses.ts'

/** A fault of one request, and the requests that can have it. */
export type NamedFault = {
  readonly name: string
  readonly fault: Fault
  readonly appliesTo: Matcher
}

const anyRequest: Matcher = () => true
const isMutation: Matcher = (request) => isGraphql(request) && isWrite(request)
const temporary = graphqlErrors(temporaryErrors.slice(0, 1).map((message) => ({ message })))

/** Faults that pass. A read may be repeated; what became of a write has to be found out. */
export const githubFaults: readonly NamedFault[] = [
  fault('drop', { kind: 'drop' }),
  fault('reset', { kind: 'reset' }),
  fault('cut body', { kind: 'truncate' }),
  fault('no response to a request that was carried out', { kind: 'lose-response' }),
  fault('hang', { kind: 'hang' }),
  fault('hang after the request was carried out', { kind: 'hang-after' }),
  fault('empty 200', { kind: 'respond', ...emptyBody }),
  fault('429, Retry-After: 0', { kind: 'respond', ...tooManyRequests(0) }),
  fault('429, Retry-After: 1', { kind: 'respond', ...tooManyRequests(1) }),
  fault('500', { kind: 'respond', ...serverError(500) }),
  fault('502 with HTML', { kind: 'respond', ...htmlPage(502) }),
  fault('503', { kind: 'respond', ...serverError(503) }),
  fault('200 with HTML', { kind: 'respond', ...htmlPage() }),
  fault('200 with errors', { kind: 'respond', ...temporary }, isGraphql),
  fault('carried out, 200 with errors', { kind: 'respond-after', ...temporary }, isMutation),
  fault('carried out, 502 with HTML', { kind: 'respond-after', ...htmlPage(502) }, isWrite),
  fault('carried out, {}', { kind: 'respond-after', ...jsonBody({}) }, isWrite),
  fault(
    'carried out, {"data":null}',
    { kind: 'respond-after', ...jsonBody({ data: null }) },
    isMutation,
  ),
]

function fault(name: string, fault: Fault, appliesTo: Matcher = anyRequest): NamedFault {
  return { name, fault, appliesTo }
}
