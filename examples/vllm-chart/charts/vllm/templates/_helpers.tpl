{{- define "vllm.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%s-vllm" .Release.Name) | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "vllm.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "vllm.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- define "vllm.selector" -}}
app.kubernetes.io/name: vllm
app.kubernetes.io/instance: {{ include "vllm.fullname" . | quote }}
{{- end -}}

{{/* Helm reads every number as a float: without int64 the date would be printed as 2.0240101e+07. */}}
{{- define "vllm.labels" -}}
{{ include "vllm.selector" . }}
mlflow-sync/run-id: {{ .Values.global.runid | toString | trunc 63 | trimAll "-_" | quote }}
mlflow-sync/date: {{ .Values.global.timestamp | int64 | quote }}
{{- end -}}

{{/* Each GPU runs one part of the model, so the sizes have to fit the GPUs. */}}
{{- define "vllm.tensorParallelSize" -}}
{{- $gpus := index .Values.resources.limits "nvidia.com/gpu" | int -}}
{{- $requested := dig "requests" "nvidia.com/gpu" $gpus .Values.resources | int -}}
{{- if ne $requested $gpus -}}
{{- fail (printf "resources: nvidia.com/gpu is %d in requests and %d in limits: GPUs can't be overcommitted, so both must be equal" $requested $gpus) -}}
{{- end -}}
{{- $stages := .Values.vllm.pipeline_parallel_size | int -}}
{{- if and (not .Values.vllm.tensor_parallel_size) (mod $gpus $stages) -}}
{{- fail (printf "vllm: pipeline_parallel_size %d does not divide the GPUs in resources.limits, nvidia.com/gpu: %d" $stages $gpus) -}}
{{- end -}}
{{- $size := .Values.vllm.tensor_parallel_size | default (div $gpus $stages) | int -}}
{{- if ne (mul $size $stages | int) $gpus -}}
{{- fail (printf "vllm: tensor_parallel_size %d x pipeline_parallel_size %d needs %d GPUs, but resources.limits has nvidia.com/gpu: %d" $size $stages (mul $size $stages) $gpus) -}}
{{- end -}}
{{- $size -}}
{{- end -}}

{{/*
Texts are quoted, and flags hold their value, so that nothing in it can become another flag. Kubernetes
replaces $(NAME) with the environment variable NAME, such as a token, and $$ with $: so each $ is doubled.
*/}}
{{- define "vllm.text" -}}
{{- . | replace "$" "$$" | quote -}}
{{- end -}}

{{- define "vllm.args" -}}
{{- with .Values.vllm -}}
- {{ tpl .model $ | include "vllm.text" }}
- {{ printf "--served-model-name=%s" .served_model_name | include "vllm.text" }}
- {{ printf "--host=%s" .host | include "vllm.text" }}
- --port={{ .port | int64 }}
- --dtype={{ .dtype }}
- --max-model-len={{ .maxModelLen | int64 }}
- --gpu-memory-utilization={{ .gpuMemoryUtilization }}
- --tensor-parallel-size={{ include "vllm.tensorParallelSize" $ }}
- --pipeline-parallel-size={{ .pipeline_parallel_size | int64 }}
{{- if .trust_remote_code }}
- --trust-remote-code
{{- end }}
{{- with .quantization }}
- {{ printf "--quantization=%s" . | include "vllm.text" }}
{{- end }}
{{- with .max_num_seqs }}
- --max-num-seqs={{ . | int64 }}
{{- end }}
{{- range .extraArgs }}
- {{ include "vllm.text" . }}
{{- end }}
{{- end }}
{{- end -}}
