"""Waiting that came to no good end; why an object is not ready, its pods and events tell."""

from clusterwright.tools.helm.failures.failure import Depth, Failure, words

WAIT_FAILED = Failure(
    "wait-failed",
    "An object that was waited for has failed for good: more time does not help.",
    words(
        r"not ready\. status: Failed, message: (?P<why>[^\n]{0,300})",
        r"(?<![\w-])job (?P<name>[\w.-]{1,253}) failed: (?P<why>\w{1,63})",
        r"(?<![\w-])pod (?P<name>[\w.-]{1,253}) failed",
    ),
    "{object} has failed: {why}.",
    "Find out why from its pods and events; a longer timeout does not help. Then plan the `upgrade`"
    " again, or `rollback`.",
    "helm/helm v4.3.1, pkg/kube/statuswait.go; fluxcd/cli-utils pkg/kstatus;"
    " v3.22.0, pkg/kube/client.go (waitForJob)",
    depth=Depth.SYMPTOM,
    unseen=words(r"job is failed: (?P<name>[\w./-]{1,300})"),
    unseen_because="Both versions look again until time runs out, and tell that.",
)
DELETION_STUCK = Failure(
    "deletion-stuck",
    "An object is being deleted but does not go: a finalizer holds it.",
    words(r"still exists\. status: (?P<status>\w{1,63}), message: (?P<why>[^\n]{0,300})"),
    "{object} is being deleted and does not go: a finalizer waits for its controller.",
    "See which finalizer it has and whether its controller runs. The records of the release may be"
    " gone already.",
    "helm/helm v4.3.1, pkg/kube/statuswait.go (waitForDelete); Helm 3 says that time ran out",
    depth=Depth.SYMPTOM,
)
WAIT_TIMEOUT = Failure(
    "wait-timeout",
    "Time ran out while Helm waited for objects to become ready.",
    words(
        r"not ready\. status: (?P<status>\w{1,63}), message: (?P<why>[^\n]{0,300})",
        r"context deadline exceeded",
        r"timed out waiting for the condition",
    ),
    "{object} did not become ready in time: {why}.",
    "The cause is in the object's pods and events: an image, a quota, a volume, a probe (of"
    " “Replicas: 0/1”, no pod could even be made). Mend that; a longer timeout alone seldom helps."
    " The objects were applied and may become ready yet.",
    "helm/helm v4.3.1, pkg/kube/statuswait.go; v3.22.0, pkg/kube/wait.go;"
    " k8s.io/apimachinery pkg/util/wait",
    depth=Depth.SYMPTOM,
)
CANCELLED = Failure(
    "cancelled",
    "The operation was ended from outside before it was done.",
    words(r"context canceled"),
    "Helm was told to stop (SIGINT or SIGTERM) before it was done. The revision is recorded as"
    " failed; what was applied until then stays.",
    "Plan the `upgrade` again, or `rollback` to the revision that was deployed.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/upgrade.go (handleContext), install.go",
    depth=Depth.SYMPTOM,
)
