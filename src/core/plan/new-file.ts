import { artifactsPath, loggedModelIdOf } from '../artifacts.ts'
import type { Run, RunFacts } from '../model.ts'
import type { SelectedRun } from '../select.ts'
import type { Template } from '../template/parse.ts'
import { renderTemplate } from '../template/render.ts'
import { prose, type Prose } from '../text/prose.ts'
import { readValues } from '../values-file/file.ts'
import { timestampOf, type OwnedValues } from '../values-file/owned.ts'
import { updateValues } from '../values-file/update.ts'

/** The content of a new file, with the owned values, or why it cannot be rendered. */
export type RenderedFile =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: Prose }

export function renderFile(
  selected: SelectedRun,
  run: Run,
  { artifacts, experimentName, aliases }: RunFacts,
  template: Template,
): RenderedFile {
  if (!artifacts.source.ok) return artifacts.source
  const modelId = loggedModelIdOf(artifacts)
  const rendered = renderTemplate(template, {
    version: { ...selected.version, aliases },
    run,
    experimentName,
    modelId,
    artifacts: artifactsPath(artifacts, run),
  })
  if (!rendered.ok) return rendered
  const update = updateValues(readValues(rendered.text), ownedValues(selected, run, modelId))
  switch (update.kind) {
    case 'rejected':
      return {
        ok: false,
        problem: prose`the template can't take the owned values: ${update.problem}`,
      }
    case 'unchanged':
      return rendered
    case 'updated':
      return { ok: true, text: update.text }
  }
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
