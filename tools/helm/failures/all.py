"""The whole catalogue, in the order in which its rows are asked.

Of equally deep ones the first counts: what names its thing exactly stands before what fits many.
"""

from clusterwright.tools.helm.failures.access import ESCALATION, FORBIDDEN
from clusterwright.tools.helm.failures.admission import (
    ADDRESS_TAKEN,
    MISSING_REFERENCE,
    POD_SECURITY,
    WEBHOOK_DENIED,
    WEBHOOK_UNAVAILABLE,
)
from clusterwright.tools.helm.failures.charts import (
    CHART_INVALID,
    CHART_NOT_FOUND,
    KUBE_VERSION,
    MISSING_DEPENDENCY,
    NOT_INSTALLABLE,
    PROVENANCE,
)
from clusterwright.tools.helm.failures.cluster import (
    KUBECONFIG,
    OVERLOADED,
    UNAUTHENTICATED,
    UNREACHABLE,
)
from clusterwright.tools.helm.failures.conflict import CHANGED_MEANWHILE, CONFLICT
from clusterwright.tools.helm.failures.failure import Failure
from clusterwright.tools.helm.failures.hooks import HOOK_FAILED
from clusterwright.tools.helm.failures.immutable import IMMUTABLE_FIELD
from clusterwright.tools.helm.failures.invalid import (
    INVALID_OBJECT,
    NO_NAME,
    OBJECT_TOO_BIG,
    TYPED_PATCH,
    UNKNOWN_FIELD,
    WRONG_TYPE,
)
from clusterwright.tools.helm.failures.kinds import CRD_SKEW, MISSING_KIND, NO_OBJECTS
from clusterwright.tools.helm.failures.lock import PENDING_LOCK, RECORD_EXISTS
from clusterwright.tools.helm.failures.namespaces import (
    LIMIT_RANGE,
    NAMESPACE_MISSING,
    NAMESPACE_TERMINATING,
    QUOTA,
)
from clusterwright.tools.helm.failures.ownership import DUPLICATE_OBJECT, OWNERSHIP
from clusterwright.tools.helm.failures.records import (
    API_REMOVED,
    RECORD_UNREADABLE,
    RELEASE_TOO_BIG,
    UNINSTALL_FAILED,
)
from clusterwright.tools.helm.failures.registry import (
    OCI_CERTIFICATE,
    OCI_NOT_A_CHART,
    OCI_NOT_FOUND,
    OCI_PLAIN_HTTP,
    OCI_UNAUTHORIZED,
    OCI_UNREACHABLE,
)
from clusterwright.tools.helm.failures.releases import (
    ALREADY_UNINSTALLED,
    NAME_IN_USE,
    NO_DEPLOYED_RELEASE,
    NO_REVISION,
    RELEASE_NAME,
    RELEASE_NOT_FOUND,
)
from clusterwright.tools.helm.failures.repositories import (
    ARCHIVE_UNREACHABLE,
    REPOSITORY_UNREACHABLE,
)
from clusterwright.tools.helm.failures.templates import (
    MANIFEST_YAML,
    TEMPLATE_ERROR,
    TEMPLATE_FAIL,
)
from clusterwright.tools.helm.failures.values import VALUES_SCHEMA, VALUES_SYNTAX
from clusterwright.tools.helm.failures.waits import (
    CANCELLED,
    DELETION_STUCK,
    WAIT_FAILED,
    WAIT_TIMEOUT,
)

FAILURES: tuple[Failure, ...] = (
    TEMPLATE_FAIL,
    TEMPLATE_ERROR,
    MANIFEST_YAML,
    VALUES_SCHEMA,
    VALUES_SYNTAX,
    WEBHOOK_DENIED,
    WEBHOOK_UNAVAILABLE,
    CONFLICT,
    CHANGED_MEANWHILE,
    CRD_SKEW,
    TYPED_PATCH,
    UNKNOWN_FIELD,
    WRONG_TYPE,
    RELEASE_TOO_BIG,
    OBJECT_TOO_BIG,
    ADDRESS_TAKEN,
    IMMUTABLE_FIELD,
    POD_SECURITY,
    QUOTA,
    LIMIT_RANGE,
    MISSING_REFERENCE,
    NAMESPACE_TERMINATING,
    NAMESPACE_MISSING,
    ESCALATION,
    FORBIDDEN,
    INVALID_OBJECT,
    OWNERSHIP,
    DUPLICATE_OBJECT,
    API_REMOVED,
    MISSING_KIND,
    NO_NAME,
    NO_OBJECTS,
    PENDING_LOCK,
    NAME_IN_USE,
    NO_DEPLOYED_RELEASE,
    RELEASE_NOT_FOUND,
    NO_REVISION,
    ALREADY_UNINSTALLED,
    RELEASE_NAME,
    RECORD_EXISTS,
    RECORD_UNREADABLE,
    UNINSTALL_FAILED,
    KUBE_VERSION,
    NOT_INSTALLABLE,
    MISSING_DEPENDENCY,
    PROVENANCE,
    REPOSITORY_UNREACHABLE,
    ARCHIVE_UNREACHABLE,
    CHART_NOT_FOUND,
    CHART_INVALID,
    OCI_NOT_FOUND,
    OCI_UNAUTHORIZED,
    OCI_PLAIN_HTTP,
    OCI_CERTIFICATE,
    OCI_NOT_A_CHART,
    OCI_UNREACHABLE,
    UNAUTHENTICATED,
    KUBECONFIG,
    OVERLOADED,
    UNREACHABLE,
    HOOK_FAILED,
    WAIT_FAILED,
    DELETION_STUCK,
    WAIT_TIMEOUT,
    CANCELLED,
)
