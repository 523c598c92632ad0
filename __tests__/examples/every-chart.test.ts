import { describe, expect, test } from '@jest/globals'
import { evaluateWithHelm, hasHelm } from '../../testing/helm.ts'
import { findManifest, findPodFlaws, type Manifest } from '../../testing/kubernetes.ts'
import { useWorld } from '../../testing/use-world.ts'
import {
  exampleCharts,
  expandArgs,
  podOf,
  renderExample,
  syncValues,
  type ExampleChart,
} from '../fixtures/example-charts.ts'

const world = await useWorld({ version: 3 })

/** What the action writes for one model, whose name and path try to read the server's environment. */
async function syncChart(name: ExampleChart) {
  const { chart, files, inputs } = exampleCharts[name]
  const project = world.createProject({ files })
  const runId = await project.createRun()
  const path = `${world.experiment.id}/${runId}/artifacts/$(HF_TOKEN)`
  const registered = await project.registerExternal('{{ .Name }} $(HF_TOKEN) $$(HF_TOKEN) $$', {
    runId,
    source: `s3://bucket/${path}`,
  })
  const values = await syncValues(world, project, inputs)
  return { chart, values, path, name: registered.name }
}

const examples = {
  'vllm-chart': await syncChart('vllm-chart'),
  sglang: await syncChart('sglang'),
  'tensorrt-llm': await syncChart('tensorrt-llm'),
  kserve: await syncChart('kserve'),
}

function render(name: ExampleChart, ...options: string[]): Manifest[] {
  return renderExample(examples[name].chart, examples[name].values, ...options)
}

/** The arguments with which the server starts. */
function argsOf(manifests: readonly Manifest[]): string[] {
  return expandArgs(podOf(manifests).containers[0].args, { HF_TOKEN: 'secret' })
}

type InferenceService = {
  readonly spec: { readonly predictor: { readonly model: { readonly args: readonly string[] } } }
}

const describeWithHelm = hasHelm ? describe : describe.skip

describeWithHelm('no text from MLflow reads the environment of a server', () => {
  test('of vLLM', () => {
    const { name, path } = examples['vllm-chart']
    const flag = '--quantization=$(HF_TOKEN)'
    const set = `vllm.vllm.extraArgs={${flag}},vllm.vllm.quantization=$(HF_TOKEN)`
    const args = argsOf(render('vllm-chart', '--set', set))
    expect(args).toEqual(
      expect.arrayContaining([`/mlflow/${path}`, `--served-model-name=${name}`, flag]),
    )
    expect(args.filter((arg) => arg === flag)).toHaveLength(2)
  })

  test('of SGLang', () => {
    const { name, path } = examples.sglang
    expect(argsOf(render('sglang'))).toEqual(
      expect.arrayContaining([`--model-path=/mlflow/${path}`, `--served-model-name=${name}`]),
    )
  })

  test('of TensorRT-LLM, which finds the model where it is mounted', () => {
    const { name, path } = examples['tensorrt-llm']
    const manifests = render('tensorrt-llm')
    expect(argsOf(manifests)).toContain(`/models/${name}`)
    expect(podOf(manifests).containers[0].volumeMounts).toContainEqual(
      expect.objectContaining({ mountPath: `/models/${name}`, subPath: path }),
    )
  })

  test('of KServe, which first evaluates Go templates', () => {
    const { spec } = findManifest(render('kserve'), 'InferenceService') as InferenceService
    const { args } = spec.predictor.model
    const [[evaluated = ''] = []] = evaluateWithHelm([JSON.stringify(args)], [{ Name: 'secret' }])
    expect(expandArgs(JSON.parse(evaluated) as string[], { HF_TOKEN: 'secret' })).toContain(
      `--model_name=${examples.kserve.name}`,
    )
  })
})

const testWithHelm = hasHelm ? test : test.skip

testWithHelm.each(Object.keys(examples) as ExampleChart[])(
  '%s takes what the action takes for equal: a number without quotes',
  (name) => {
    const owned = { experimentId: 12, runid: 123456, modelName: 7, modelVersion: 3 }
    const set = (as: (value: number) => unknown) =>
      Object.entries(owned).flatMap(([key, value]) => [
        '--set-json',
        `global.${key}=${JSON.stringify(as(value))}`,
      ])
    const rendered = render(name, ...set((value) => value))
    expect(rendered).toEqual(render(name, ...set(String)))
    expect(JSON.stringify(rendered)).toContain('"mlflow-sync/model":"7 version 3"')
  },
)

// KServe makes the pod of an InferenceService itself.
testWithHelm.each(['vllm-chart', 'sglang', 'tensorrt-llm'] as const)(
  'the pod of %s has no privileges, probes, and time to end',
  (name) => {
    expect(findPodFlaws(render(name))).toEqual([])
  },
)
