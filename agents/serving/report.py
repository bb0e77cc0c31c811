"""A diagnosis as a document for people, at an address."""

from functools import partial

from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.report.markdown import to_markdown
from clusterwright.agents.serving.diagnosed import cluster_of
from clusterwright.agents.serving.findings import LOOK_SECONDS, whole
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.tools.answer import CAP, Answer, longest
from clusterwright.tools.resource import Resource

_MARKDOWN = "text/markdown"


class Report(Answer):
    """A diagnosis in Markdown."""

    markdown: str

    def render(self) -> str:
        """Return the document."""
        return self.markdown


async def read(
    work: Workplace, *, namespace: str | None = None, cluster: str | None = None
) -> Report:
    """Return root causes with evidence, symptoms and next steps, as Markdown for a ticket."""
    found = await whole(work, namespace, cluster)
    return longest(partial(_report, found), len(found.root_causes), CAP)


RESOURCE = Resource(
    "clusterwright://report{?namespace,cluster}",
    read,
    "Report",
    state=Report.render,
    look_seconds=LOOK_SECONDS,
    mime=_MARKDOWN,
)


def _report(diagnosis: Diagnosis, most: int) -> Report:
    text = to_markdown(diagnosis, most, rest=": ask for a namespace, or by `diagnose`")
    return Report(cluster=cluster_of(diagnosis), markdown=text)
