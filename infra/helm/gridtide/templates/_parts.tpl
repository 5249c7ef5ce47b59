{{- define "gridtide.labels" }}
    app.kubernetes.io/name: gridtide
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/version: {{ printf "%q" .Values.image.tag }}
    app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "gridtide.configMap" }}
{{- if .Values.existingConfigMap }}{{ .Values.existingConfigMap }}{{ else }}{{ .Release.Name }}-fleet{{ end }}
{{- end }}

{{- define "gridtide.resources" }}
          resources:
            requests: {
              {{- range $name, $amount := .requests }} {{ $name }}: {{ printf "%q" $amount }},{{ end }} }
            limits: {
              {{- range $name, $amount := .limits }} {{ $name }}: {{ printf "%q" $amount }},{{ end }} }
{{- end }}

{{- define "gridtide.pod" }}
      serviceAccountName: {{ .Release.Name }}
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }
      # The preStop's seconds, and the 20 after which a process ends whatever hangs, with room.
      terminationGracePeriodSeconds: 60
      volumes:
        - { name: fleet, configMap: { name: {{ template "gridtide.configMap" . }} } }
        - { name: state, emptyDir: {} }
        - { name: tmp, emptyDir: {} }
{{- end }}

{{- define "gridtide.container" }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
          env:
            - { name: GRIDTIDE_TICK_SECONDS, value: "{{ .Values.tickSeconds }}" }
            - { name: LOG_LEVEL, value: {{ .Values.logLevel }} }
            - name: DATABASE_URL
              valueFrom: { secretKeyRef: { name: {{ .Values.stateSecret }}, key: DATABASE_URL } }
            - name: REDIS_URL
              valueFrom: { secretKeyRef: { name: {{ .Values.stateSecret }}, key: REDIS_URL } }
          envFrom:
          {{- range .Values.environmentSecrets }}
            - secretRef: { name: {{ . }} }
          {{- else }} []
          {{- end }}
          volumeMounts:
            - { name: fleet, mountPath: /etc/gridtide, readOnly: true }
            - { name: state, mountPath: /var/lib/gridtide }
            - { name: tmp, mountPath: /tmp }
{{- end }}
