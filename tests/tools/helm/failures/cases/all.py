"""All failures that are brought about, family by family."""

from tests.tools.helm.failures.cases.admission import CASES as ADMISSION
from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.cases.charts import CASES as CHARTS
from tests.tools.helm.failures.cases.cluster import CASES as CLUSTER
from tests.tools.helm.failures.cases.conflicts import CASES as CONFLICTS
from tests.tools.helm.failures.cases.hooks import CASES as HOOKS
from tests.tools.helm.failures.cases.kinds import CASES as KINDS
from tests.tools.helm.failures.cases.lock import CASES as LOCK
from tests.tools.helm.failures.cases.namespaces import CASES as NAMESPACES
from tests.tools.helm.failures.cases.objects import CASES as OBJECTS
from tests.tools.helm.failures.cases.registries import CASES as REGISTRIES
from tests.tools.helm.failures.cases.releases import CASES as RELEASES
from tests.tools.helm.failures.cases.waits import CASES as WAITS

CASES: tuple[Case, ...] = (
    *WAITS,
    *HOOKS,
    *ADMISSION,
    *NAMESPACES,
    *LOCK,
    *CLUSTER,
    *REGISTRIES,
    *KINDS,
    *CONFLICTS,
    *RELEASES,
    *OBJECTS,
    *CHARTS,
)
"""Those that wait come first: others are brought about meanwhile."""
