"""Whether two spellings are of one Kubernetes version: not everybody writes all of it."""

import re

_FORM = re.compile(
    r"v?(\d{1,3}\.\d{1,4})(\.\d{1,4})?(-(?:alpha|beta|rc)[\w.]{0,40})?([-+].{0,60})?\Z"
)


def alike(one: str, other: str) -> bool:
    """Return whether two spellings may be of one version: what only one of them says is no matter.

    EKS's control planes tell no patch (v1.31); kubelets tell the build otherwise than Machines do:
    v1.36.3+k0s for v1.36.3+k0s.0, v1.31.2-eks-94953ac for v1.31.2.
    """
    if one == other:
        return True
    first, second = _FORM.match(one), _FORM.match(other)
    if first is None or second is None:
        return False
    (line, patch, early, build), (line2, patch2, early2, build2) = (
        first.groups(""),
        second.groups(""),
    )
    patches = patch == patch2 or not (patch and patch2)
    builds = build.startswith(build2) or build2.startswith(build)
    return line == line2 and patches and early == early2 and builds
