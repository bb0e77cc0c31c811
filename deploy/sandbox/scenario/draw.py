"""Draw the names, images, ports and labels of one scenario from a seed."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeAlias

from clusterwright.deploy.sandbox.scenario import words
from clusterwright.deploy.sandbox.scenario.template import Scalar, fill

Values: TypeAlias = dict[str, Scalar]

OPEN_REGISTRY = "registry.sandbox.internal:5000"
"""Serves what was pushed to it, to anyone."""
PRIVATE_REGISTRY = "private.sandbox.internal:5001"
"""Answers 401 to everyone."""

_MINORS = (34, 35)
"""Of workload clusters, each with the next minor that they may go to."""
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


def draw(
    scenario: str,
    seed: int,
    own: Mapping[str, Sequence[Scalar]],
    given: Mapping[str, Scalar] | None = None,
) -> Values:
    """Return the values of every `${name}`: the same for the same scenario and seed.

    `own` holds the scenario's lists, by name; an entry may use the values drawn here. `given` takes
    the place of what would be drawn, as the namespace of an incident that it is part of.
    """
    # A text seed is hashed by Random itself, with SHA-512: the same on every run and machine.
    random = Random(f"{scenario}/{seed}")
    values = _names(random) | _ports(random) | _images(random)
    values |= {"system": random.choice(words.SYSTEMS), "tier": random.choice(words.TIERS)}
    values |= dict(zip(("config", "other_config"), _config_names(random), strict=True))
    values |= dict(
        zip(("key", "other_key", "third_key"), random.sample(words.KEYS, 3), strict=True)
    )
    # Drawn apart, so that what the other scenarios draw stays as it is.
    values |= _cluster(Random(f"{scenario}/{seed}/cluster"))
    values |= given or {}
    for name, choices in own.items():
        values[name] = _chosen(random.choice(choices), values)
    return values


def _chosen(choice: Scalar, values: Values) -> Scalar:
    filled = fill(choice, values)
    return filled if isinstance(filled, int) else str(filled)


def _names(random: Random) -> Values:
    nouns = random.sample(words.NOUNS, 4)
    app, peer, store = (f"{noun}-{random.choice(words.ROLES)}" for noun in nouns[:3])
    suffix = "".join(random.choices(_ALPHABET, k=4))
    namespace = f"{nouns[3]}-{random.choice(words.STAGES)}-{suffix}"
    return {"app": app, "peer": peer, "store": store, "ns": namespace, "suffix": suffix}


def _cluster(random: Random) -> Values:
    """Return a workload cluster's name, its pool's, how many workers, and a Kubernetes version."""
    minor = random.choice(_MINORS)
    return {
        "cluster": f"{random.choice(words.PURPOSES)}-{random.choice(words.STAGES)}",
        "pool": random.choice(words.POOLS),
        "workers": random.choice((2, 3)),
        "version": f"v1.{minor}.{random.randint(0, 4)}",
        "next_version": f"v1.{minor + 1}.{random.randint(0, 4)}",
    }


def _ports(random: Random) -> Values:
    return dict(zip(("port", "other_port"), random.sample(words.PORTS, 2), strict=True))


def _config_names(random: Random) -> list[str]:
    noun = random.choice(words.NOUNS)
    return [f"{noun}-{stem}" for stem in random.sample(words.STEMS, 2)]


def _images(random: Random) -> Values:
    """Return two tags of one image, and the same repository behind the registry that refuses.

    Charts take repository and tag apart.
    """
    repository = f"{random.choice(words.SYSTEMS)}/{random.choice(words.NOUNS)}"
    major, minor = random.randint(0, 4), random.randint(0, 19)
    tag, other_tag = f"{major}.{minor}.{random.randint(0, 9)}", f"{major}.{minor + 1}.0"
    return {
        "repository": f"{OPEN_REGISTRY}/{repository}",
        "tag": tag,
        "other_tag": other_tag,
        "image": f"{OPEN_REGISTRY}/{repository}:{tag}",
        "other_image": f"{OPEN_REGISTRY}/{repository}:{other_tag}",
        "private_image": f"{PRIVATE_REGISTRY}/{repository}:{tag}",
    }
