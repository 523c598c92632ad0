import { artifactsPath, loggedModelId } from '../artifacts.ts'
import type { Run, RunFacts } from '../model.ts'
import type { SelectedRun } from '../select.ts'
import type { Template } from '../template/parse.ts'
import { renderTemplate } from '../template/render.ts'
import { readValues, type ParsedValues } from '../values-file/file.ts'
import { timestampOf, type OwnedValues } from '../values-file/owned.ts'
import { updateValues } from '../values-file/update.ts'

/** The content of a new file, with the owned values, or why it cannot be rendered. */
export type RenderedFile =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string }

export function renderFile(
  selected: SelectedRun,
  run: Run,
  facts: RunFacts,
  template: Template,
): RenderedFile {
  const { source, loggedModel, experimentName, aliases } = facts
  if (!source.ok) return source
  const { version } = selected
  const modelId = loggedModelId(source.source)
  const resolvedSource = source.source
  const rendered = renderTemplate(template, {
    version: { ...version, aliases },
    run,
    experimentName,
    modelId,
    artifacts: artifactsPath({ version, run, resolvedSource, modelId, loggedModel }),
  })
  if (!rendered.ok) return rendered
  const values = readValues(rendered.text)
  const owned = { ...ownedValues(selected, run, undefined), modelid: modelId }
  const update = updateValues(values, owned)
  switch (update.kind) {
    case 'rejected':
      return { ok: false, problem: `the template can't take the owned values: ${update.problem}` }
    case 'unchanged':
      return rendered
    case 'updated':
      return { ok: true, text: update.text }
  }
}

/** The owned values that the action writes; `current` is the existing file, if there is one. */
export function ownedValues(
  { runId, version, modelId, sourceUnresolved }: SelectedRun,
  run: Run,
  current: ParsedValues | undefined,
): OwnedValues {
  return {
    experimentId: run.experimentId,
    runid: runId,
    // If a copy's origin is not listed, its logged model is unknown, so the file keeps its value.
    modelid: sourceUnresolved ? current?.owned.modelid : modelId,
    timestamp: timestampOf(version.creationTime),
    modelName: version.name,
    modelVersion: version.version,
  }
}
