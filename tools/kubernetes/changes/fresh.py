"""A step with the resourceVersion of now, where only controllers have written since it was read."""

from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.tools.diff import clean, differences, merged, same
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.field_path import read
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.manifest import Manifest, text

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection


async def fresh(connection: "Connection", step: Step) -> Step:
    """Return a step as it can be written now; raise NotFoundError if its object is another one.

    A status moves all the time while machines do, and the steps before it may have moved its object
    as well: a cordon makes a node's kubelet write.
    """
    if not step.write.version:
        return step
    found = await connection.live(step.ref)
    if found is None or text(found, "metadata", "uid") != step.write.uid:
        raise NotFoundError(f"{step.ref} is not there any more", hint="plan the change again")
    if not is_as_expected(step, found):
        return step  # its resourceVersion is of the past, so that the write is refused
    version = text(found, "metadata", "resourceVersion")
    before = found if step.follows else step.before
    return replace(step, before=before, write=replace(step.write, version=version))


def is_as_expected(step: Step, found: Manifest) -> bool:
    """Return whether an object is as a step was worked out from.

    Between the steps of one change, controllers work on the object: of a step that follows another
    the fields count that it writes itself.
    """
    before, now = clean(step.before or {}), clean(found)
    if not step.follows:
        return not differences(before, now)
    written = differences(before, merged(before, step.write.body))
    return all(same(one.before, read(now, one.path)) for one in written)
