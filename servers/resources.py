"""Resources of ours in the SDK's terms: read as safely and as bounded as a tool answers."""

import functools
import inspect
import json
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.shared.uri_template import UriTemplate

from clusterwright.servers.bound import readable, sentence, structured
from clusterwright.tools.errors import InvalidInputError, NotFoundError, ToolError
from clusterwright.tools.resource import Resource

if TYPE_CHECKING:
    from mcp.server.lowlevel.helper_types import ReadResourceContents

_JSON = "application/json"


class UnknownAddressError(ResourceNotFoundError):
    """No resource can ever be at this address."""


@dataclass(frozen=True)
class Resources:
    """The resources of a server, as it reads them and sees whether they changed."""

    server: MCPServer
    known: Sequence[tuple[Resource, object]]

    def register(self) -> None:
        """Have the server offer them."""
        for one, context in self.known:
            self.server.resource(
                one.template,
                name=one.name,
                title=one.title,
                description=one.about,
                mime_type=one.mime,
            )(_reader(one, context))

    def at(self, uri: str) -> Resource:
        """Return what an address means; raise UnknownAddressError."""
        for one, _ in self.known:
            if UriTemplate.parse(one.template).match(uri) is not None:
                return one
        raise UnknownAddressError(f"Unknown resource: {uri[:200]}")

    async def state(self, uri: str) -> str:
        """Return what changes when the resource does, which that it cannot be read is, too.

        Raises UnknownAddressError.
        """
        resource = self.at(uri)
        try:
            read = await self.server.read_resource(uri)
        except UnknownAddressError:
            raise
        except ResourceError as error:
            return str(error)
        # A reader of ours never asks its client back.
        (found,) = cast("Iterable[ReadResourceContents]", read)
        if resource.mime != _JSON:
            return str(found.content)
        return resource.state(resource.answer.model_validate_json(found.content))


def _reader(resource: Resource, context: object) -> Callable[..., Coroutine[Any, Any, str]]:
    """Return the resource's coroutine without its first parameter, as the SDK should see it."""
    signature = inspect.signature(resource.read, eval_str=True)
    parameters = list(signature.parameters.values())[1:]

    @functools.wraps(resource.read)
    async def read(**arguments: object) -> str:
        try:
            answer = await resource.read(context, **arguments)
        except InvalidInputError as error:
            raise UnknownAddressError(sentence(error)) from error
        except NotFoundError as error:
            raise ResourceNotFoundError(sentence(error)) from error
        except ToolError as error:
            raise ResourceError(sentence(error)) from error
        try:
            if resource.mime != _JSON:
                return readable(answer)
            data = structured(answer)
        except InvalidInputError as error:  # too long, whatever was asked for
            raise ResourceError(sentence(error)) from error
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    read.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": str}
    del read.__dict__["__wrapped__"]
    read.__dict__["__signature__"] = inspect.Signature(parameters, return_annotation=str)
    return read
