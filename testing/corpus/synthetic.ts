import type { CorpusFile } from './sources.ts'

/** Small values files in the shapes that the charts of the corpus have. */
export const syntheticFiles: readonly CorpusFile[] = Object.entries({
  'documented.yaml': `# Default values. Every setting has a comment.
## @section Image

image:
  registry: registry.example.com  # without a scheme
  repository: acme/server
  tag: "1.10.0"
  pullSecrets: []

## Arguments of the container
## e.g. ["--port", "8080"]
args:
  - --port=8080
  - "--name={{ .Release.Name }}"

podAnnotations: {}
  # prometheus.io/scrape: "true"
resources:
  limits: {cpu: 2, memory: 4Gi, "nvidia.com/gpu": 1}
  requests:
    cpu: 500m
`,
  'lists-at-the-margin.yaml': `---
nameOverride: ''
env:
- name: LOG_LEVEL
  value: 'info'
- name: GREETING
  value: "it's: 100%"
tolerations:
-   key: gpu
    operator: Exists
hosts: [a.example.com, "b.example.com"]
affinity: {}
`,
  'texts.yaml': `config: |
  [server]
  # not a comment
  port = 8080

  global:
    runid: no
script: >-
  echo "a"
  && echo 'b'

notes: a text on
  two lines
quoted: "folded
  over lines \\
  and escaped: \\u00e9"
kept: |+
  end

last: ~
`,
  'wide-indentation.yaml': `servers:
    -
        name: one
        ports: [80, 443]
    -   name: two
        labels:
              app.kubernetes.io/name: two
replicas:   3
enabled:    yes
empty:
`,
  'anchors.yaml': `defaults: &defaults
  timeout: 30s
  retries: 3
primary:
  <<: *defaults
  retries: 5
secondary: *defaults
`,
  'compact.json': '{"replicas": 1, "image": {"tag": "v1", "args": ["a", "b"]}, "hosts": []}\n',
}).map(([name, text]) => ({ name, bytes: Buffer.from(text) }))
