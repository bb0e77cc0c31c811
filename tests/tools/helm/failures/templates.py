"""Small templates: what is at fault in a case is said where the case is."""

NAME = "{{ .Release.Name }}"
NOWHERE = "nodeSelector: {clusterwright/none: here}"
"""No node has it: what is scheduled by it waits for good, with a node and without."""
JOINED = "\n---\n"


def named(template: str, suffix: str) -> str:
    """Return a template whose object has a name of its own beside the release's."""
    return template.replace(f'name: "{NAME}"', f'name: "{NAME}-{suffix}"')


def hook(event: str, policy: str = "") -> str:
    """Return annotations that make an object a hook, as more of its metadata."""
    policies = f', helm.sh/hook-delete-policy: "{policy}"' if policy else ""
    return f", annotations: {{helm.sh/hook: {event}{policies}}}"


def config(data: str = "{a: b}", metadata: str = "", more: str = "") -> str:
    return f"""apiVersion: v1
kind: ConfigMap
metadata: {{name: "{NAME}"{metadata}}}
data: {data}
{more}
"""


def pod(spec: str = "", container: str = "", metadata: str = "") -> str:
    return f"""apiVersion: v1
kind: Pod
metadata: {{name: "{NAME}"{metadata}}}
spec:
  {NOWHERE}
  containers: [{{name: app, image: none{container}}}]
{spec}
"""


def orphan_pod(metadata: str = "") -> str:
    """Return a pod that is refused, since its ServiceAccount is not there."""
    return pod("  serviceAccountName: absent", metadata=metadata)


def deployment(spec: str = "replicas: 1", container: str = "", app: str = NAME) -> str:
    return f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: "{NAME}"}}
spec:
  {spec}
  selector: {{matchLabels: {{app: "{app}"}}}}
  template:
    metadata: {{labels: {{app: "{app}"}}}}
    spec:
      {NOWHERE}
      containers: [{{name: app, image: none{container}}}]
"""


def job(image: str = "none", metadata: str = "", spec: str = "") -> str:
    return f"""apiVersion: batch/v1
kind: Job
metadata: {{name: "{NAME}"{metadata}}}
spec:
  backoffLimit: 0
  {spec}
  template:
    spec:
      {NOWHERE}
      restartPolicy: Never
      containers: [{{name: app, image: {image}}}]
"""


def service(spec: str = "") -> str:
    return f"""apiVersion: v1
kind: Service
metadata: {{name: "{NAME}"}}
spec: {{{spec}ports: [{{port: 80}}]}}
"""


def claim(mode: str = "ReadWriteOnce") -> str:
    return f"""apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: "{NAME}"}}
spec: {{storageClassName: none, accessModes: [{mode}], resources: {{requests: {{storage: 1Gi}}}}}}
"""
