import type { Case, Editor, Result } from './editor.ts'
import { judgeWithHelm } from './helm-judge.ts'
import { hasHelm } from '../helm.ts'
import type { PythonJudge } from './python-judge.ts'
import { readers, type Pair, type Reader, type Verdict } from './verdict.ts'

/** What happened to one case. */
export type Outcome = {
  readonly case: Case
  readonly result: Result
  readonly readBy: readonly Reader[]
  readonly violations: readonly string[]
  readonly milliseconds: number
}

/** Runs cases through the editor and has the results judged. */
export async function runCases(
  cases: readonly Case[],
  editor: Editor,
  python: PythonJudge,
): Promise<Outcome[]> {
  const edited = cases.map((one) => edit(one, editor))
  const pairs = edited.map(({ case: { bytes, owned }, result }): Pair => ({
    before: bytes,
    after: contentAfter(bytes, result),
    owned,
  }))
  const judgedByPython = python.judge(pairs)
  const judgedByHelm = hasHelm ? judgeWithHelm(pairs) : []
  const verdicts = (await judgedByPython).map(({ bytes, ...judged }, index): Verdict => {
    const helm = judgedByHelm[index]
    return { bytes, judged: helm === undefined ? judged : { ...judged, Helm: helm } }
  })
  return edited.map((one, index) => conclude(one, verdicts[index]))
}

type Edited = Omit<Outcome, 'readBy'>

function edit(one: Case, editor: Editor): Edited {
  const start = performance.now()
  try {
    const result = editor(one.bytes, one.owned)
    const milliseconds = performance.now() - start
    const violations = [...checkRepetition(one, result, editor), ...checkTime(one, milliseconds)]
    return { case: one, result, violations, milliseconds }
  } catch (error) {
    const result: Result = { kind: 'left alone', problem: 'an exception' }
    const violations = [`throws ${String(error)}`]
    return { case: one, result, violations, milliseconds: performance.now() - start }
  }
}

/** A second sync must find nothing to do. */
function checkRepetition({ owned }: Case, result: Result, editor: Editor): string[] {
  if (result.kind !== 'updated') return []
  const again = editor(Buffer.from(result.text), owned)
  return again.kind === 'unchanged' ? [] : [`a second update: ${again.kind}`]
}

/** A generous bound that only catches a time that is not linear. */
function checkTime({ bytes }: Case, milliseconds: number): string[] {
  return milliseconds > 1000 + bytes.length / 20 ? [`takes ${Math.round(milliseconds)} ms`] : []
}

function contentAfter(bytes: Buffer, result: Result): Buffer | undefined {
  if (result.kind === 'updated') return Buffer.from(result.text)
  return result.kind === 'unchanged' ? bytes : undefined
}

function conclude(edited: Edited, verdict: Verdict | undefined): Outcome {
  const judged = readers.flatMap((reader) => {
    const says = verdict?.judged[reader]
    return says === undefined ? [] : [{ reader, ...says }]
  })
  const readBy = judged.flatMap(({ reader, reads }) => (reads ? [reader] : []))
  const rewritten =
    edited.result.kind === 'damaged' && readBy.length > 0
      ? [`rewritten although ${readBy.join(', ')} reads it: ${edited.result.problem}`]
      : []
  const rejectedBy = judged.flatMap(({ reader, reads }) => (reads ? [] : [reader]))
  const plain =
    edited.result.isPlain === true && rejectedBy.length > 0
      ? [`read line by line although ${rejectedBy.join(', ')} rejects it`]
      : []
  const problems = judged.flatMap(({ reader, problem }) =>
    problem == null ? [] : [`${reader}: ${problem}`],
  )
  const bytes = verdict?.bytes == null ? [] : [verdict.bytes]
  return {
    ...edited,
    readBy,
    violations: [...edited.violations, ...rewritten, ...plain, ...problems, ...bytes],
  }
}
