{{- define "ai-gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "ai-gateway.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := include "ai-gateway.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "ai-gateway.selectorLabels" -}}
app.kubernetes.io/name: {{ include "ai-gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "ai-gateway.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "ai-gateway.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "ai-gateway.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "ai-gateway.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "ai-gateway.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "ai-gateway.configMapName" -}}
{{- default (include "ai-gateway.fullname" .) .Values.existingConfigMap.name }}
{{- end }}

{{- define "ai-gateway.scheme" -}}
{{- if .Values.tls.secretName }}HTTPS{{ else }}HTTP{{ end }}
{{- end }}

{{- define "ai-gateway.strategy" -}}
{{- if .Values.strategy }}
{{- toYaml .Values.strategy }}
{{- else if and .Values.persistence.enabled (ne .Values.persistence.accessMode "ReadWriteMany") }}
type: Recreate
{{- else }}
type: RollingUpdate
rollingUpdate:
  maxUnavailable: 0
  maxSurge: 1
{{- end }}
{{- end }}

{{- /*
What the API server would accept and the gateway would not, said at install time.
*/ -}}
{{- define "ai-gateway.validate" -}}
{{- if eq .Values.state.mode "inProcess" }}
{{- if gt (int .Values.replicaCount) 1 }}
{{- fail (printf "replicaCount is %d, but state is in process (state.mode: inProcess): each replica would count limits and know stored objects on its own. Set replicaCount: 1, or state.mode: redis." (int .Values.replicaCount)) }}
{{- end }}
{{- if .Values.autoscaling.enabled }}
{{- fail "autoscaling.enabled is true, but state is in process (state.mode: inProcess): more than one replica is not possible. Set autoscaling.enabled: false, or state.mode: redis." }}
{{- end }}
{{- else if .Values.persistence.enabled }}
{{- fail "state.mode is redis, but persistence.enabled is true: the data folder is one process's own, and two replicas would write into one ledger. Set persistence.enabled: false, and give host.id_secret from a Secret." }}
{{- end }}
{{- if and .Values.config .Values.existingConfigMap.name }}
{{- fail "Both config and existingConfigMap.name are set. Keep one." }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.enabled) }}
{{- fail "metrics.serviceMonitor.enabled needs metrics.enabled: true." }}
{{- end }}
{{- if not .Values.existingConfigMap.name }}
{{- if not .Values.config }}
{{- fail "No routing file: set config (for example --set-file config=gateway.yaml), or existingConfigMap.name." }}
{{- end }}
{{- $file := fromYaml .Values.config }}
{{- if $file.Error }}
{{- fail (printf "config is not YAML: %s" $file.Error) }}
{{- end }}
{{- if not $file.callers }}
{{- fail "config lists no callers. In a container the gateway listens on all addresses and then does not start without keys: 'AiGateway keys new --id my-app' makes a key and its entry." }}
{{- end }}
{{- $host := default (dict) $file.host }}
{{- $listen := default "http://*:8080" $host.listen }}
{{- if not (hasSuffix (printf ":%d" (int .Values.ports.api)) (trimSuffix "/" $listen)) }}
{{- fail (printf "ports.api is %d, but the routing file listens on %s. Make them the same." (int .Values.ports.api) $listen) }}
{{- end }}
{{- if or (contains "://localhost:" $listen) (contains "://127." $listen) (contains "://[::1]:" $listen) }}
{{- fail (printf "The routing file listens on %s, which nothing outside the pod can reach. Leave host.listen out, or say http://*:%d." $listen (int .Values.ports.api)) }}
{{- end }}
{{- if and (hasPrefix "https:" $listen) (not .Values.tls.secretName) (not .Values.extraVolumes) }}
{{- fail (printf "The routing file listens on %s, but tls.secretName names no certificate." $listen) }}
{{- end }}
{{- if and .Values.tls.secretName (not (hasPrefix "https:" $listen)) }}
{{- fail (printf "tls.secretName is set, but the routing file listens on %s. Say host.listen: https://*:%d and host.tls." $listen (int .Values.ports.api)) }}
{{- end }}
{{- if .Values.metrics.enabled }}
{{- $metrics := default "nothing" $host.metrics_listen }}
{{- if not (hasSuffix (printf ":%d" (int .Values.ports.metrics)) (trimSuffix "/" $metrics)) }}
{{- fail (printf "metrics.enabled needs host.metrics_listen: http://*:%d in the routing file, which says %s." (int .Values.ports.metrics) $metrics) }}
{{- end }}
{{- end }}
{{- if and (eq .Values.state.mode "redis") (not (and $host.redis $host.id_secret)) }}
{{- fail "state.mode is redis, but the routing file lacks host.redis or host.id_secret: replicas share limits through the one, and ids of stored objects through the other." }}
{{- end }}
{{- if and $host.data_folder (not (has $host.data_folder (list "data" "/app/data"))) }}
{{- fail (printf "host.data_folder is %s, but the volume is mounted at /app/data. Leave it out." $host.data_folder) }}
{{- end }}
{{- $drain := toString (default "30s" $host.drain_timeout) }}
{{- if regexMatch "^[0-9]+(s|m)$" $drain }}
{{- $seconds := mul (int (regexFind "[0-9]+" $drain)) (ternary 60 1 (hasSuffix "m" $drain)) }}
{{- if gt (int $seconds) (int .Values.shutdown.drainSeconds) }}
{{- fail (printf "host.drain_timeout is %s, but shutdown.drainSeconds is %d: the pod would be killed in the middle of the drain. Raise shutdown.drainSeconds." $drain (int .Values.shutdown.drainSeconds)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
