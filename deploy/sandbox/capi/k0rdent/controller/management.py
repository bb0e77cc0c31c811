"""The management cluster's own components (k0rdent/kcm management_controller.go)."""

from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import Told, ill, well
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import World
from clusterwright.tools.manifest import Manifest, items, mapping, strings, text, texts, truth


def release(world: World, one: Manifest) -> None:
    """A release is ready once its templates are valid."""
    named = [text(one, "spec", part, "template") for part in ("kcm", "capi")]
    named += [text(provider, "template") for provider in items(one, "spec", "providers")]
    bad = [name for name in named if not truth(_template(world, name), "status", "valid")]
    told = ill("TemplatesValid", f"not valid: {', '.join(bad)}") if bad else well("TemplatesValid")
    world.tell(one, {"ready": not bad}, [told])


def management(world: World, one: Manifest) -> None:
    """Tell which components work, which providers there are, and with which contracts."""
    wanted = text(one, "spec", "release")
    found = world.get("Release", "", wanted)
    if found is None:
        world.tell(one, {}, [ill("Ready", f"Release {wanted} is not found", "ReleaseIsNotFound")])
        return
    core = _template(world, text(found, "spec", "capi", "template"))
    templates = {text(p, "name"): text(p, "template") for p in items(found, "spec", "providers")}
    components: Manifest = {}
    available: set[str] = set()
    contracts: Manifest = {}
    clashes: list[str] = []
    for provider in items(one, "spec", "providers"):
        name = text(provider, "name")
        template = text(provider, "template") or templates.get(name, "")
        made = _template(world, template)
        if not truth(made, "status", "valid"):
            error = text(made, "status", "validationError") or "not found"
            said = f"ProviderTemplate {template} is not valid: {error}"
            components[name] = {"template": template, "error": said, "success": False}
            continue
        exposed = texts(made, "status", "providers")
        clashes += _clashes(core, made, template)
        components[name] = {
            "template": template,
            "success": True,
            "exposedProviders": exposed,
            "error": None,
        }
        available |= set(exposed)
        contracts |= {name: strings(made, "status", "capiContracts") for name in exposed}
    status: Manifest = {
        "release": wanted,
        "components": components,
        "availableProviders": sorted(available),
        "capiContracts": contracts,
    }
    world.tell(one, status, [_ready(components, clashes)])


def _ready(components: Manifest, clashes: list[str]) -> Told:
    if clashes:
        return ill("Ready", ", ".join(clashes), "HasIncompatibleContracts")
    failing = sorted(name for name in components if not truth(components, name, "success"))
    if failing:
        said = f"Components not ready: [{' '.join(failing)}]"
        return ill("Ready", said, "NotAllComponentsHealthy")
    said = "All components are successfully installed"
    return Told("Ready", "True", "AllComponentsHealthy", said)


def _clashes(core: Manifest, made: Manifest, template: str) -> list[str]:
    known = mapping(core, "status", "capiContracts")
    return [
        f"core CAPI contract versions does not support {version} version in the ProviderTemplate"
        f" {template}"
        for version in mapping(made, "status", "capiContracts")
        if known and version not in known
    ]


def _template(world: World, name: str) -> Manifest:
    return world.get("ProviderTemplate", "", name) or {}
