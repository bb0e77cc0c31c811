"""The policy file: YAML that nobody else may write, read as a whole or refused with the reason."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.private_file import require_own


def load(path: Path) -> Policy:
    """Return the policy of a file; raise a ToolError that tells what is wrong with it and where."""
    if not path.is_file():
        raise NotFoundError(f"there is no policy file {str(path)!r}", hint="check the path")
    require_own(path)
    try:
        return Policy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"the policy {str(path)!r} is no YAML: {error}", hint="docs/guides/changes.md has one"
        ) from error
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(str(part) for part in one['loc']) or 'the file'}: {one['msg']}"
            for one in error.errors(include_url=False)
        )
        raise InvalidInputError(
            f"the policy {str(path)!r} is not valid: {told}", hint="docs/guides/changes.md has one"
        ) from error
