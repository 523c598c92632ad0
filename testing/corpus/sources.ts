/** A file that a person wrote. */
export type CorpusFile = { readonly name: string; readonly bytes: Buffer }

/** A commit of a public repository; its hash also verifies every file in it. */
export type Source = { readonly repository: string; readonly commit: string }

/** Repositories with Helm charts. */
export const chartSources: readonly Source[] = [
  { repository: 'DataDog/helm-charts', commit: '79f7c74fd2525288125d943f48b810431dbc8857' },
  { repository: 'NVIDIA/dcgm-exporter', commit: 'd5e5f510a1b6b393f39a43293ccd9dc985defc79' },
  { repository: 'NVIDIA/gpu-operator', commit: 'a22dbf671f2e26f9a1e342f8eea28e196235e110' },
  { repository: 'airflow-helm/charts', commit: 'a5e146ba58136e19ce7c0c4dc0988894de111128' },
  { repository: 'argoproj/argo-helm', commit: 'af0a9310bacbaa4636018dfe22c801a6d33a5c43' },
  { repository: 'bitnami/charts', commit: '5165628ae06697f8f68a670bef7739d93c4b7f44' },
  { repository: 'codecentric/helm-charts', commit: '57c2f8e06c91fc85d9a661468e0587bf8abdb94f' },
  {
    repository: 'community-charts/helm-charts',
    commit: 'ae700fffcd2bf190f59b3ed614d82aede1643ae1',
  },
  { repository: 'dask/helm-chart', commit: 'e25bf5116067684b0ca2f99924b3f0b183c2dcfd' },
  { repository: 'elastic/helm-charts', commit: '2fd64d0af65f14df7aa01da591919460dabac4b3' },
  { repository: 'goharbor/harbor-helm', commit: '70564d52f0ade16a481c6cd29efc8db863b487ce' },
  { repository: 'grafana/helm-charts', commit: '7a0ab968961a165318ab95ff678908c3b9bc3240' },
  { repository: 'hashicorp/vault-helm', commit: 'aa1c92e4adddbce9660e536dfe5222a88eda6d52' },
  { repository: 'helm/charts', commit: '390ee6614b4bb0da96b397f9b382e3ddca9f59a4' },
  { repository: 'helm/helm', commit: 'e9b85e4de16ad45805843fb121748018cf89094b' },
  {
    repository: 'jupyterhub/zero-to-jupyterhub-k8s',
    commit: '48ea50e34daddde55d76e30df6ecd47e4abd4d8e',
  },
  { repository: 'k8s-at-home/charts', commit: '2463dec153a8c2eaf9c6783ce0cd5a3502f5dfb5' },
  { repository: 'kedacore/charts', commit: '1444d00d90d7668cf7f53f270777d039371d90d0' },
  { repository: 'kubeflow/manifests', commit: '009c88084074904c7743384ff50d3bd70012ef55' },
  { repository: 'longhorn/charts', commit: 'ca9f71c73060d8b08cbacee325aa49c3b9689e66' },
  {
    repository: 'open-telemetry/opentelemetry-helm-charts',
    commit: 'dd5665c06f376c00a5e2147aa84b70c3d105ecfb',
  },
  {
    repository: 'prometheus-community/helm-charts',
    commit: 'cf408a290aec489277a94450bb3511432477a53a',
  },
  { repository: 'rook/rook', commit: 'd0c3b9ce6d64ff0c47074437aab7314b7adf7f2c' },
  { repository: 'traefik/traefik-helm-chart', commit: 'a8a66d0098703627b2cf352c66b1725c196a734a' },
  { repository: 'vectordotdev/helm-charts', commit: '6dbdb4a1906d337db74ccbdb727d2398acec4c28' },
  {
    repository: 'vllm-project/production-stack',
    commit: 'a6c01db05f65f556235413ba8dbcfb0c01132fff',
  },
]

/** The YAML project's own test cases. */
export const testSuiteSource: Source = {
  repository: 'yaml/yaml-test-suite',
  commit: 'ccfa74e56afb53da960847ff6e6976c0a0825709',
}
