{{- define "migrator.selector" -}}
app.kubernetes.io/name: {{ .Release.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "migrator.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{ include "migrator.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "migrator.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "migrator.place" -}}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "migrator.job" -}}
backoffLimit: 0
template:
  metadata:
    labels:
      app.kubernetes.io/instance: {{ .Release.Name }}
      app.kubernetes.io/component: {{ .component }}
  spec:
    restartPolicy: Never
    {{- include "migrator.place" . | nindent 4 }}
    containers:
      - name: {{ .component }}
        image: {{ include "migrator.image" . | quote }}
        command: ["/bin/sh", "-c", {{ .script | quote }}]
        resources:
          requests: {cpu: 10m, memory: 16Mi}
{{- end }}
