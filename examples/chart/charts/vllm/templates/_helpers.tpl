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
mlflow-sync/run-id: {{ .Values.global.runid | trunc 63 | quote }}
mlflow-sync/date: {{ .Values.global.timestamp | int64 | quote }}
{{- end -}}

{{/* Flag values are quoted so that nothing in them can become another flag. */}}
{{- define "vllm.args" -}}
{{- with .Values.vllm -}}
- {{ printf "--model=%s" (tpl .model $) | quote }}
- {{ printf "--served-model-name=%s" .served_model_name | quote }}
- {{ printf "--host=%s" .host | quote }}
- --port={{ .port | int64 }}
- --dtype={{ .dtype }}
- --max-model-len={{ .maxModelLen | int64 }}
- --gpu-memory-utilization={{ .gpuMemoryUtilization }}
- --tensor-parallel-size={{ .tensor_parallel_size | int64 }}
- --pipeline-parallel-size={{ .pipeline_parallel_size | int64 }}
{{- if .trust_remote_code }}
- --trust-remote-code
{{- end }}
{{- with .quantization }}
- {{ printf "--quantization=%s" . | quote }}
{{- end }}
{{- with .max_num_seqs }}
- --max-num-seqs={{ . | int64 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "vllm.pod" -}}
metadata:
  labels:
    {{- include "vllm.labels" . | nindent 4 }}
  annotations:
    mlflow-sync/model: {{ printf "%s version %s" .Values.global.modelName .Values.global.modelVersion | quote }}
spec:
  serviceAccountName: {{ include "vllm.serviceAccountName" . }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: vllm
      image: {{ .Values.image | quote }}
      args:
        {{- include "vllm.args" . | nindent 8 }}
      ports:
        - name: http
          containerPort: {{ .Values.vllm.port | int64 }}
      env:
        {{- with .Values.hfToken }}
        {{- if .enabled }}
        - name: HF_TOKEN
          valueFrom:
            secretKeyRef:
              name: {{ .secretName | quote }}
              key: {{ .secretKey | quote }}
        {{- end }}
        {{- end }}
        {{- with .Values.env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      # Loading a large model takes minutes.
      startupProbe:
        httpGet: {path: /health, port: http}
        periodSeconds: 10
        failureThreshold: 180
      readinessProbe:
        httpGet: {path: /health, port: http}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      {{- if .Values.persistence.enabled }}
      volumeMounts:
        - name: artifacts
          mountPath: {{ .Values.persistence.mountPath | quote }}
          readOnly: true
      {{- end }}
  {{- if .Values.persistence.enabled }}
  volumes:
    - name: artifacts
      persistentVolumeClaim:
        claimName: {{ .Values.persistence.existingClaim | default (include "vllm.fullname" .) }}
        readOnly: true
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
