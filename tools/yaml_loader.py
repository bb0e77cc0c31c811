"""The fastest safe loader of YAML that there is: libyaml's where it was built, else Python's."""

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    SafeLoader = yaml.CSafeLoader
else:
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
