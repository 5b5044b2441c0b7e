{{- /* Checks that a schema cannot express: how values must agree with each other. All problems are listed together. */ -}}
{{- define "worker.checks" -}}
{{- $wrong := list -}}
{{- with .Values.config.Shutdown -}}
{{- if not (and (lt (int .DrainSeconds) (int .HostSeconds)) (lt (int .HostSeconds) (int .TerminationGraceSeconds))) -}}
{{- $wrong = append $wrong (printf "config.Shutdown: DrainSeconds (%d) must be less than HostSeconds (%d), and that less than TerminationGraceSeconds (%d)" (int .DrainSeconds) (int .HostSeconds) (int .TerminationGraceSeconds)) -}}
{{- end -}}
{{- end -}}
{{- with .Values.strategy -}}
{{- if and (eq .type "RollingUpdate") (has (toString .maxSurge) (list "0" "0%")) (has (toString .maxUnavailable) (list "0" "0%")) -}}
{{- $wrong = append $wrong "strategy: maxSurge and maxUnavailable are both 0, so no rollout could ever move: set one of them" -}}
{{- end -}}
{{- end -}}
{{- with .Values.existingSecret -}}
{{- if and (or .env .files) (not .name) -}}
{{- $wrong = append $wrong "existingSecret.env or files lists keys, but existingSecret.name is empty: name the Secret that holds them" -}}
{{- else if and .name (not .env) (not .files) -}}
{{- $wrong = append $wrong (printf "existingSecret.name is %q, but existingSecret.env is empty, and files too: list its keys, e.g. {env: Kafka__Client__sasl.password, key: password}" .name) -}}
{{- end -}}
{{- end -}}
{{- with .Values.tls -}}
{{- if and (not .secretName) (or .certificate .key) -}}
{{- $wrong = append $wrong "tls.certificate or tls.key is set, but tls.secretName is empty: name the Secret that holds them" -}}
{{- end -}}
{{- if ne (empty .certificate) (empty .key) -}}
{{- $wrong = append $wrong "tls.certificate and tls.key: set both (mutual TLS) or none" -}}
{{- end -}}
{{- if and .secretName (not .ca) (not .certificate) -}}
{{- $wrong = append $wrong (printf "tls.secretName is %q, but tls.ca and tls.certificate are empty: name its keys" .secretName) -}}
{{- end -}}
{{- end -}}
{{- if .Values.tls.secretName -}}
{{- range $property := list "ssl.ca.location" "ssl.certificate.location" "ssl.key.location" -}}
{{- if hasKey (default dict $.Values.config.Kafka.Client) $property -}}
{{- $wrong = append $wrong (printf "config.Kafka.Client has %s, and tls.secretName sets it too: keep one" $property) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $source := .Values.config.Heads.Source -}}
{{- $file := .Values.config.Heads.File -}}
{{- $configMap := .Values.heads.configMap.name -}}
{{- if and $configMap (ne $source "File") -}}
{{- $wrong = append $wrong (printf "heads.configMap.name is %q, but config.Heads.Source is %s: set it to File, or leave the name empty" $configMap $source) -}}
{{- else if and $configMap $file -}}
{{- $wrong = append $wrong "heads.configMap.name and config.Heads.File are both set: leave one empty" -}}
{{- else if and (eq $source "File") (not $configMap) (not $file) -}}
{{- $wrong = append $wrong "config.Heads.Source is File: set heads.configMap.name, or config.Heads.File to a path that extraVolumeMounts bring" -}}
{{- end -}}
{{- /* The worker ignores case in its configuration, so two spellings are one option. */ -}}
{{- $seen := dict -}}
{{- if eq .Values.config.Kafka.Delivery "ExactlyOnce" -}}
{{- $_ := set $seen "kafka__transactionalid" true -}}
{{- end -}}
{{- $names := list -}}
{{- range .Values.existingSecret.env -}}{{- $names = append $names .env -}}{{- end -}}
{{- range .Values.existingSecret.files -}}{{- $names = append $names .env -}}{{- end -}}
{{- range .Values.extraEnv -}}{{- $names = append $names .name -}}{{- end -}}
{{- range $names -}}
{{- if hasKey $seen (lower .) -}}
{{- $wrong = append $wrong (printf "environment variable %s is set twice (by the chart, existingSecret.env or extraEnv): keep one" .) -}}
{{- end -}}
{{- $_ := set $seen (lower .) true -}}
{{- end -}}
{{- if or (has "learn" .Values.roles) (has "review" .Values.roles) -}}
{{- $role := ternary "learn" "review" (has "learn" .Values.roles) -}}
{{- $postgres := or (hasKey $seen "store__postgres") (hasKey $seen "store__postgres_file") .Values.envFrom -}}
{{- $path := default dict .Values.config.Store | dig "Path" nil -}}
{{- if and (not $postgres) (not $path) -}}
{{- $wrong = append $wrong (printf "roles has %s: give Store__Postgres (existingSecret.env), or config.Store.Path on a volume that extraVolumes brings" $role) -}}
{{- else if and $path (not $postgres) (gt (int .Values.replicas) 1) -}}
{{- $wrong = append $wrong (printf "roles has %s and replicas is %d, but config.Store.Path is a file of one pod: give Store__Postgres (existingSecret.env)" $role (int .Values.replicas)) -}}
{{- end -}}
{{- end -}}
{{- if has "review" .Values.roles -}}
{{- $keys := or (hasKey $seen "web__apikeys__0") (hasKey $seen "web__apikeys__0_file") .Values.envFrom -}}
{{- if and (not $keys) (not (default dict .Values.config.Web.Oidc).Authority) -}}
{{- $wrong = append $wrong "roles has review: say who may use the page, by config.Web.Oidc.Authority (people) or Web__ApiKeys__0 in existingSecret.env (programs)" -}}
{{- end -}}
{{- end -}}
{{- if $wrong -}}
{{- fail (printf "\n- %s" (join "\n- " $wrong)) -}}
{{- end -}}
{{- end -}}
