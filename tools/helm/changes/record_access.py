"""Whether Helm could keep its record: where it cannot, it still deletes objects, and fails late."""

from typing import TYPE_CHECKING

from clusterwright.tools.errors import ForbiddenError
from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.record import record_name
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection


async def check_record(connection: "Connection", found: Outlook, *, deletes: bool) -> None:
    """Try what helm does to the newest record, or its next one, in a dry run.

    Raises ForbiddenError with the API server's words, which also tell of a quota.
    """
    kind = "ConfigMap" if found.driver == "configmap" else "Secret"
    ref = Ref(kind, record_name(found.ref.name, found.number + 1), found.ref.namespace)
    meta = {"name": ref.name, "namespace": ref.namespace}
    write = Write(Verb.CREATE, ref, {"apiVersion": "v1", "kind": kind, "metadata": meta})
    if deletes and found.history:
        write = Write(Verb.DELETE, found.history[0].record, {}, uid=found.history[0].uid)
    try:
        await connection.write(write, dry_run=True)
    except ForbiddenError as error:
        raise ForbiddenError(
            f"helm could not keep the record of {found.ref}: {error} [forbidden]",
            hint="every operation needs get, list, create, update and delete of secrets in the"
            " release's namespace, and room in its quota",
        ) from error
