/**
 * What the core's tests import from `@jest/globals`, on top of mocha. Stryker can then load all tests
 * once and switch from mutant to mutant within milliseconds; jest loads every module anew for each.
 */
import { expect } from 'expect'
import { bind } from 'jest-each'
import mocha from 'mocha'

type Body = (...args: unknown[]) => unknown

// Mocha takes a function with a parameter for one that expects a callback.
const run = (name: string, body: Body) => mocha.it(name, () => body())
const suite = (name: string, body: Body) => mocha.describe(name, () => void body())

export { expect }
export const test = Object.assign(run, { each: bind(run, false) })
export const describe = Object.assign(suite, {
  each: bind(suite, false),
  skip: mocha.describe.skip,
})
export const { after: afterAll, afterEach, before: beforeAll, beforeEach } = mocha

type Coverage = {
  readonly static: Record<string, number>
  readonly perTest: Record<string, Record<string, number>>
}
declare const __stryker__: { readonly mutantCoverage?: Coverage } | undefined

/**
 * Code that runs both in a test and while a test file is loaded, to build its tables, needs no new
 * process for each of its mutants: the core has no state that could keep what an earlier one did.
 */
mocha.after(() => {
  const coverage = typeof __stryker__ === 'undefined' ? undefined : __stryker__.mutantCoverage
  if (coverage === undefined) return
  for (const id of Object.values(coverage.perTest).flatMap(Object.keys)) {
    Reflect.deleteProperty(coverage.static, id)
  }
})
