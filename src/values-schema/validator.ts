import type { Mistake } from '../core/problem.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import { describeFlaw } from '../core/values-file/flaw.ts'
import type { ChartFiles } from './chart-files.ts'
import { coalesce, SubchartMismatch } from './coalesce.ts'
import { resolveDependencies, type Chart } from './dependencies.ts'
import { readChart } from './read-chart.ts'
import { readYaml } from './read-yaml.ts'
import { showValue } from './rules.ts'
import { compileSchema, type CompiledSchema } from './schema-file.ts'
import { createTimeBudget, TimeLimitError, withTimeLimit, type TimeBudget } from './time-limit.ts'
import { formatPointer, toPlain, valueAt } from './values.ts'
import { collectErrors, describeErrors, type Schemas, type Violation } from './violations.ts'

export type Verdict =
  | { readonly kind: 'valid' }
  | {
      readonly kind: 'invalid'
      readonly violations: readonly Violation[]
      readonly omitted: number
    }
  /** Nothing can be said about the file. */
  | { readonly kind: 'failed'; readonly reason: Prose }

/** Says what a chart thinks of a values file. */
export type Validator = {
  /** Path of the chart's schema. */
  readonly path: string
  readonly check: (text: string) => Verdict
}

export type ValidatorResult =
  | { readonly ok: true; readonly validator: Validator }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] }

/** Enough for the largest schemas; a slow one ends in an error. */
const compileLimitMs = 5000

/** What an honest schema takes at most. */
const freeCompileMs = 500

/** For one file. */
const checkLimitMs = 1000

/** What an honest file takes at most. */
const freeCheckMs = 50

/** Violations of one file that are named. */
const maxViolations = 10

/** Reads a chart and compiles its schemas. */
export function createValidator(
  files: ChartFiles,
  { directory, schema }: { readonly directory: string; readonly schema: string },
  budget = createTimeBudget(),
): ValidatorResult {
  const mistakes: Mistake[] = []
  const path = directory === '' ? schema : `${directory}/${schema}`
  const location = { path, line: undefined }
  if (budget.isSpent)
    return { ok: false, mistakes: [{ text: prose`\`${path}\` ${tooLate}`, location }] }
  const create = (): ValidatorResult => {
    const chart = readChart(files, { directory, schema }, mistakes)
    const schemas = compileAll(chart, mistakes)
    return mistakes.length > 0
      ? { ok: false, mistakes }
      : { ok: true, validator: { path, check: createCheck(chart, schemas, budget) } }
  }
  try {
    return budget.spend(freeCompileMs, () => withTimeLimit(compileLimitMs, create))
  } catch (error) {
    if (!(error instanceof TimeLimitError || error instanceof RangeError)) throw error
    const text = prose`\`${path}\` ${error instanceof RangeError ? tooDeep : tooSlow}`
    return { ok: false, mistakes: [{ text, location }] }
  }
}

const tooSlow = prose`takes too long to be compiled: simplify it`
const tooLate = prose`was not compiled, because schemas and files before it took too long: simplify those`
const tooDeep = prose`is nested too deeply`

/** Compiles each schema once, whatever the number of its chart's aliases. */
function compileAll(chart: Chart, mistakes: Mistake[]): Schemas {
  const schemas = new Map<string, Extract<CompiledSchema, { ok: true }>>()
  const open = [chart]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    open.push(...next.subcharts)
    if (next.schema === undefined) continue
    const compiled = compileSchema(next.schemaPath, next.schema)
    if (compiled.ok) schemas.set(next.schemaPath, compiled)
    else mistakes.push(...compiled.mistakes)
  }
  return schemas
}

function createCheck(chart: Chart, schemas: Schemas, budget: TimeBudget): Validator['check'] {
  return (text) => {
    if (budget.isSpent) {
      const reason = prose`it was not validated, because too many files take too long`
      return { kind: 'failed', reason }
    }
    try {
      return budget.spend(freeCheckMs, () =>
        withTimeLimit(checkLimitMs, () => checkText(chart, schemas, text)),
      )
    } catch (error) {
      if (error instanceof TimeLimitError) {
        // One file's values say nothing about those of another one.
        const reason = prose`its validation against \`${chart.schemaPath}\` takes too long: look there for patterns and references that multiply`
        return { kind: 'failed', reason }
      }
      if (!(error instanceof RangeError)) throw error
      return {
        kind: 'failed',
        reason: prose`its values, or the references of \`${chart.schemaPath}\`, are nested too deeply`,
      }
    }
  }
}

function checkText(chart: Chart, schemas: Schemas, text: string): Verdict {
  const read = readYaml(text)
  if (!read.ok) return { kind: 'failed', reason: describeFlaw(read.flaw) }
  const { values } = read
  try {
    const resolved = resolveDependencies(chart, values)
    const errors = collectErrors(resolved, coalesce(resolved, values), schemas)
    if (errors.length === 0) return { kind: 'valid' }
    const violations = describeErrors(errors, values)
    return {
      kind: 'invalid',
      violations: violations.slice(0, maxViolations),
      omitted: Math.max(violations.length - maxViolations, 0),
    }
  } catch (error) {
    if (!(error instanceof SubchartMismatch)) throw error
    const { path, value } = error
    const text = prose`\`${formatPointer(path)}\` must be a map, because it is for the subchart \`${path.at(-1) ?? ''}\`, but is ${showValue(toPlain(value))}`
    return {
      kind: 'invalid',
      omitted: 0,
      violations: [{ path, rule: 'type', text, isInFile: valueAt(values, path) !== undefined }],
    }
  }
}
