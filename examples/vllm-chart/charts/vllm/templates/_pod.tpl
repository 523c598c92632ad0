{{- define "vllm.pod" -}}
metadata:
  labels:
    {{- include "vllm.labels" . | nindent 4 }}
  annotations:
    mlflow-sync/model: {{ printf "%v version %v" .Values.global.modelName .Values.global.modelVersion | quote }}
spec:
  serviceAccountName: {{ include "vllm.serviceAccountName" . }}
  automountServiceAccountToken: false
  # Without this, a Service named "vllm" would set VLLM_PORT, which vLLM reads as a port number.
  enableServiceLinks: false
  # Time for requests that are still running, after the ten seconds below.
  terminationGracePeriodSeconds: 120
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.initContainers }}
  # MODEL is the path of the model: the ids in it are not resolved in the values.
  initContainers:
    {{- $model := dict "name" "MODEL" "value" (tpl $.Values.vllm.model $ | replace "$" "$$") }}
    {{- range . }}
    - {{ merge (dict "env" (prepend (.env | default list) $model)) . | toYaml | indent 6 | trim }}
    {{- end }}
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
        {{- if .Values.hfToken.enabled }}
        - name: HF_TOKEN
          valueFrom:
            secretKeyRef:
              name: {{ .Values.hfToken.secretName | quote }}
              key: {{ .Values.hfToken.secretKey | quote }}
        {{- end }}
        {{- with .Values.env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      # vLLM only answers once the model is loaded. Until then the other two probes don't run.
      startupProbe:
        httpGet: {path: /health, port: http}
        periodSeconds: 10
        failureThreshold: {{ mul 6 .Values.startupMinutes }}
      livenessProbe:
        httpGet: {path: /health, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /health, port: http}
        periodSeconds: 5
        timeoutSeconds: 5
      lifecycle:
        # Load balancers need a moment to notice that this pod ends.
        preStop:
          sleep: {seconds: 10}
      securityContext:
        allowPrivilegeEscalation: false
        capabilities: {drop: [ALL]}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - name: shared-memory
          mountPath: /dev/shm
        {{- if .Values.persistence.enabled }}
        - name: artifacts
          mountPath: {{ .Values.persistence.mountPath | quote }}
          readOnly: true
        {{- end }}
  volumes:
    - name: shared-memory
      emptyDir: {medium: Memory, sizeLimit: {{ .Values.sharedMemory }}}
    {{- if .Values.persistence.enabled }}
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
