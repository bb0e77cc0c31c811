"""How well metrics fit the words of a question."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from clusterwright.tools.prometheus.searching.family import Family
from clusterwright.tools.prometheus.searching.meanings import KNOWN, asked, meant, stem, words
from clusterwright.tools.prometheus.searching.usual import PLACES, USUAL

_CALLED, _HELP = 0.9, 0.5
"""What a word counts that people use, and one in the help, of one in the name."""
_BEGINS = 0.8
_SHORTEST = 3
_ALL = 2.0
"""How much fitting all words counts: the share of those that fit, to this power."""
_EXACT, _WITHIN = 100.0, 3.0
_ITSELF = _RECORDED = 0.6
_USUAL = 1.2
_OF_THEMSELVES = ("go", "process", "promhttp", "prometheus", "alertmanager", "scrape", "net")
"""First words of what programs tell of themselves, which is rarely what was asked for."""
_ALIKE = 0.75
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Fit:
    """A metric that fits some words."""

    family: Family
    score: float
    whole: bool
    """Whether all words fit."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What fits, the best first."""

    fits: tuple[Fit, ...]
    read_as: Mapping[str, str]
    """Words that nothing knows, by the word that they were taken for."""
    unknown: tuple[str, ...]
    """Words that nothing knows nor is like."""


def ranked(question: str, every: Sequence[Family]) -> Ranked:
    """Return the metrics that fit the words of a question."""
    vocabulary = frozenset(word for one in every for word in one.in_name | one.in_help | one.called)
    terms, read_as, unknown = _terms(asked(question)[:_MOST_WORDS], vocabulary)
    in_order = sorted(vocabulary)
    spread = [_spread(term, in_order) for term in terms]
    found = [(one, [_best(one, counts) for counts in spread]) for one in every]
    weights = [
        math.log(1 + len(every) / (1 + sum(1 for _, best in found if best[i] > 0)))
        for i in range(len(terms))
    ]
    plain, said = "_".join(question.lower().split()), frozenset(words(question))
    fits = [
        fit for one, best in found if (fit := _fit(one, best, weights, plain, said)) is not None
    ]
    fits.sort(key=_order)
    return Ranked(tuple(fits), read_as, unknown)


def _order(fit: Fit) -> tuple[float, int, int, str]:
    name = fit.family.name
    return -round(fit.score, 1), PLACES.get(name, len(PLACES)), len(name), name


def _terms(
    every: Iterable[str], vocabulary: frozenset[str]
) -> tuple[list[Mapping[str, float]], dict[str, str], tuple[str, ...]]:
    """Return what each word may stand for; a mistyped one stands for the word most like it."""
    terms: list[Mapping[str, float]] = []
    read_as: dict[str, str] = {}
    unknown: list[str] = []
    in_order = sorted(vocabulary)
    for word in _joined(every, vocabulary):
        if word in KNOWN or word in vocabulary or _begins_any(word, in_order):
            terms.append(meant(word))
            continue
        likely = [one for one in vocabulary | KNOWN if abs(len(one) - len(word)) <= _SHORTEST - 1]
        if near := get_close_matches(word, sorted(likely), 1, _ALIKE):
            read_as[word] = near[0]
            terms.append(meant(near[0]))
        elif parts := _parted(word, vocabulary):
            terms += map(meant, parts)
        else:
            unknown.append(word)
    return terms, read_as, tuple(unknown)


def _joined(every: Iterable[str], vocabulary: frozenset[str]) -> list[str]:
    """Return the words, those in one that names write so: `api server` as `apiserver`."""
    found: list[str] = []
    for word in every:
        if found and found[-1] + word in vocabulary:
            found[-1] += word
        else:
            found.append(word)
    return found


def _parted(word: str, vocabulary: frozenset[str]) -> tuple[str, str] | None:
    """Return the two words that one is made of, as `workingset`."""
    cuts = range(_SHORTEST, len(word) - _SHORTEST + 1)
    pairs = ((word[:i], stem(word[i:])) for i in cuts)
    return next((pair for pair in pairs if vocabulary.issuperset(pair)), None)


def _begins_any(word: str, vocabulary: Sequence[str]) -> bool:
    """Return whether a word begins another one; `vocabulary` is in order."""
    at = bisect_left(vocabulary, word)
    longer = at < len(vocabulary) and vocabulary[at].startswith(word)
    return longer and len(word) >= _SHORTEST


def _spread(term: Mapping[str, float], vocabulary: Sequence[str]) -> Mapping[str, float]:
    """Return what each word that there is counts for a term, those included that begin with it.

    `vocabulary` is in order, so that the words of one beginning stand together.
    """
    found: dict[str, float] = {}
    for word, counts in term.items():
        at = bisect_left(vocabulary, word)
        while at < len(vocabulary) and vocabulary[at].startswith(word):
            one = vocabulary[at]
            share = counts if one == word else counts * _BEGINS * (len(word) >= _SHORTEST)
            if share > found.get(one, 0.0):
                found[one] = share
            elif len(word) < _SHORTEST:
                break
            at += 1
    return found


def _best(one: Family, counts: Mapping[str, float]) -> float:
    """Return what the best word of a metric counts for a term."""
    return max(
        max((counts.get(word, 0.0) for word in one.in_name), default=0.0),
        _CALLED * max((counts.get(word, 0.0) for word in one.called), default=0.0),
        _HELP * max((counts.get(word, 0.0) for word in one.in_help), default=0.0),
    )


def _fit(
    one: Family,
    best: Sequence[float],
    weights: Sequence[float],
    plain: str,
    said: frozenset[str],
) -> Fit | None:
    name = one.name.lower()
    exact = plain == name or plain in one.members
    within = len(plain) >= _SHORTEST and plain in name
    matched = sum(1 for share in best if share > 0)
    if not (matched or exact or within):
        return None
    score = sum(weight * share for weight, share in zip(weights, best, strict=True))
    score *= (matched / len(best)) ** _ALL if best else 1.0
    first = name.partition("_")[0]
    if first in _OF_THEMSELVES and first not in said:
        score *= _ITSELF
    score += _WITHIN * within
    score *= _RECORDED if ":" in name else _USUAL if one.name in USUAL else 1.0
    score += _EXACT * exact
    return Fit(one, score, exact or within or (matched == len(best) and matched > 0))
