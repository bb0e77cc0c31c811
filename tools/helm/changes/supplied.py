"""The values that are supplied to a release, once what is asked for is merged into them."""

from typing import cast

from clusterwright.tools.manifest import Manifest, mapping


def merged_values(before: Manifest, asked: Manifest) -> Manifest:
    """Return supplied values with others merged in, member by member.

    A null takes a supplied value away, so that the chart's own counts again; a list goes whole.
    """
    merged: Manifest = dict(before)
    for key, value in asked.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            inner = merged_values(mapping(before, key), cast("Manifest", value))
            if inner or value == {}:
                merged[key] = inner
            else:
                merged.pop(key, None)
        else:
            merged[key] = value
    return merged
