{{- /* A map as JSON without its nulls, which stand for "the worker's own default", and without the maps that this
leaves empty: .NET's binder takes an empty JSON object for null and would set the option to that. */ -}}
{{- define "worker.withoutNulls" -}}
{{- $kept := dict -}}
{{- range $key, $value := . -}}
{{- if kindIs "map" $value -}}
{{- with include "worker.withoutNulls" $value | fromJson -}}
{{- $_ := set $kept $key . -}}
{{- end -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $_ := set $kept $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $kept -}}
{{- end -}}

{{- define "worker.appsettings" -}}
{{- $config := include "worker.withoutNulls" .Values.config | fromJson -}}
{{- with .Values.heads.configMap -}}
{{- if .name -}}
{{- $_ := set $config.Heads "File" (printf "/etc/worker/heads/%s" .key) -}}
{{- end -}}
{{- end -}}
{{- with .Values.tls -}}
{{- if .secretName -}}
{{- $client := dict -}}
{{- range $property, $key := dict "ssl.ca.location" .ca "ssl.certificate.location" .certificate "ssl.key.location" .key -}}
{{- if $key -}}
{{- $_ := set $client $property (printf "/etc/worker/tls/%s" $key) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $config.Kafka "Client" (merge (default dict $config.Kafka.Client) $client) -}}
{{- end -}}
{{- end -}}
{{- toPrettyJson $config -}}
{{- end -}}

{{- /* Environment of the container. The transactional id lives as long as the pod: docs/kubernetes.md says why. */ -}}
{{- define "worker.env" -}}
{{- if eq .Values.config.Kafka.Delivery "ExactlyOnce" }}
- name: Kafka__TransactionalId
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- end }}
{{- range .Values.existingSecret.env }}
- name: {{ .env | quote }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.existingSecret.name }}
      key: {{ .key | quote }}
{{- end }}
{{- range .Values.existingSecret.files }}
- name: {{ printf "%s_FILE" .env | quote }}
  value: {{ printf "/etc/worker/secrets/%s" .key | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "worker.probe" -}}
httpGet:
  path: {{ .path }}
  port: health
{{ toYaml .timing }}
{{- end -}}
