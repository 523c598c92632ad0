import { artifactsPath, finishedPath, loggedModelIdOf } from '../artifacts.ts'
import type { Run, RunFacts } from '../model.ts'
import type { Location } from '../problem.ts'
import type { SelectedRun } from '../select.ts'
import { storageUri } from '../storage-uri.ts'
import type { Template } from '../template/parse.ts'
import { renderValuesFile } from '../template/render.ts'
import { joinSentences, listProse, prose, type Prose } from '../text/prose.ts'
import { describeFlaw, type Flaw } from '../values-file/flaw.ts'
import { timestampOf, type OwnedValues } from '../values-file/owned.ts'

/** The content of a new file, with the owned values, or why it cannot be rendered. */
export type RenderedFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: Prose; readonly location: Location | undefined }

/** A template, and its path in the repository unless it is the built-in one. */
export type TemplateFile = { readonly template: Template; readonly path: string | undefined }

export function renderFile(
  selected: SelectedRun,
  run: Run,
  { artifacts, experimentName, aliases, registeredModel, uri }: RunFacts,
  { template, path }: TemplateFile,
): RenderedFile {
  if (!artifacts.source.ok) {
    return { ok: false, reason: artifacts.source.problem, location: undefined }
  }
  const modelId = loggedModelIdOf(artifacts)
  const values = {
    version: { ...selected.version, aliases },
    run,
    experimentName,
    modelId,
    artifacts: artifactsPath(artifacts, run),
    path: finishedPath(artifacts, run),
    uri: uri && storageUri(uri, run),
    registeredModel,
  }
  const rendered = renderValuesFile(template, values, ownedValues(selected, run, modelId))
  return rendered.ok ? rendered : rejectTemplate(path, rendered.flaws, rendered.advice)
}

function rejectTemplate(
  path: string | undefined,
  flaws: readonly Flaw[],
  advice: Prose,
): RenderedFile {
  const name = path === undefined ? prose`the built-in template` : prose`the template \`${path}\``
  // Nobody can edit the built-in one.
  const solution =
    path === undefined
      ? prose`Set the input \`template\` to a template of your own. ${advice}`
      : advice
  const [first, ...others] = flaws
  const reason =
    first === undefined || others.length > 0
      ? prose`${listProse(prose`${name} can't be rendered for this run:`, flaws.map(describeFlaw))}\n${solution}`
      : joinSentences([describeFlawOf(name, first), solution])
  return {
    ok: false,
    reason,
    location: path === undefined ? undefined : { path, line: first?.line },
  }
}

function describeFlawOf(name: Prose, { line, problem }: Flaw): Prose {
  return line === undefined
    ? prose`${name} can't be rendered for this run: ${problem}`
    : prose`line ${line} of ${name}: ${problem}`
}

/** The owned values that the action writes. */
export function ownedValues(
  { runId, version }: SelectedRun,
  run: Run,
  modelId: string | undefined,
): OwnedValues {
  return {
    experimentId: run.experimentId,
    runid: runId,
    modelid: modelId,
    timestamp: timestampOf(version.creationTime),
    modelName: version.name,
    modelVersion: version.version,
  }
}
