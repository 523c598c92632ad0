import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { useWorld } from '../../testing/use-world.ts'
import { pythonOf } from '../../testing/virtual-environment.ts'
import { syncValues } from '../fixtures/example-charts.ts'

const worlds = { 2: await useWorld({ version: 2 }), 3: await useWorld({ version: 3 }) }
type Version = keyof typeof worlds

const scratch = mkdtempSync(join(tmpdir(), 'checkpoint-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** What the servers need in the folder of a model. */
const checkpoint = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']
mkdirSync(join(scratch, 'checkpoint'))
for (const name of checkpoint) writeFileSync(join(scratch, 'checkpoint', name), '{}')

const page = readFileSync('docs/templates.md', 'utf8')
const [script3 = '', script2 = ''] = Array.from(
  page.matchAll(/^```python\n(.*?)^```$/gms),
  ([, script = '']) => script,
)

async function python(version: Version, script: string): Promise<string> {
  const env = {
    MLFLOW_TRACKING_URI: worlds[version].mlflow.url,
    MLFLOW_EXPERIMENT_ID: worlds[version].experiment.id,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    HOME: scratch,
    PATH: process.env.PATH,
  }
  const args = ['-c', `import mlflow\n${script}`]
  return (await promisify(execFile)(pythonOf(`mlflow-${version}`), args, { cwd: scratch, env }))
    .stdout
}

const listing = z.object({ files: z.array(z.object({ path: z.string() })) })

/** The files at a path below the root of the artifact store. */
async function listArtifacts(version: Version, path: string): Promise<string[]> {
  const { url } = worlds[version].mlflow
  const query = new URLSearchParams({ path })
  const response = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts?${query.toString()}`)
  return listing.parse(await response.json()).files.map((file) => file.path)
}

test.each([
  [3, script3],
  [2, script2],
] as const)(
  'a checkpoint that is logged as the page says is where the values lead, with MLflow %i',
  async (version, script) => {
    const world = worlds[version]
    const project = world.createProject({
      files: { 'template.yaml': 'model: "${model.artifacts}"\npath: "${model.path}"\n' },
    })
    expect(script).toContain('"llama"')
    await python(version, script.replace('"llama"', JSON.stringify(project.model('llama'))))
    const values = await syncValues(world, project, { path: 'models', template: 'template.yaml' })
    const { model, path } = z.object({ model: z.string(), path: z.string() }).parse(parse(values))
    expect(model).toContain('{{ .Values.global.')
    const files = await listArtifacts(version, path.replace(/^\/mlflow\//, ''))
    expect(files.toSorted()).toEqual(checkpoint)
  },
)

// The flavour itself needs the package of the model; this is the part of it that writes the files.
test('the transformers flavour keeps a local checkpoint in the folder `model`', async () => {
  const script = [
    'import pathlib',
    'from mlflow.transformers.model_io import save_local_checkpoint',
    'pathlib.Path("logged").mkdir()',
    'save_local_checkpoint(pathlib.Path("logged"), "checkpoint", {})',
    'print(*sorted(path.name for path in pathlib.Path("logged/model").iterdir()))',
  ]
  expect((await python(3, script.join('\n'))).trim().split(' ')).toEqual(checkpoint)
  expect(page).toContain('`${model.artifacts}/model`')
})
