"""The answer of prom_query, made to fit: as many series as there is room for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from clusterwright.tools.answer import CAP, longest
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.prometheus.evaluation.asked import Asked, Found
from clusterwright.tools.prometheus.query_answer import QueryAnswer
from clusterwright.tools.prometheus.result import Labels, Result
from clusterwright.tools.prometheus.summary import told
from clusterwright.tools.prometheus.summary.figures import Figures, figures_of, observed_of
from clusterwright.tools.prometheus.summary.hidden import without_secrets
from clusterwright.tools.prometheus.summary.labels import order_of_labels, shared, telling
from clusterwright.tools.prometheus.summary.unit import Unit, of_observations, span
from clusterwright.tools.prometheus.window import Window, stamp
from clusterwright.tools.quotation import word

SHORT = 4_096
"""Bytes of an answer that is asked for without `top` or `points`."""
_LONGEST, _SHORTER = 80, 24
"""Characters of a label's value that are shown."""
_COMMON = 12
_SAID, _SAYINGS = 200, 3
_ENVELOPE = 600


@dataclass(frozen=True)
class Page:
    """What is known, of which an answer takes what fits."""

    cluster: str
    asked: Asked
    found: Found
    at: float
    window: Window | None
    unit: Unit | None
    notes: tuple[str, ...]
    points: bool
    roomy: bool
    """Whether there is the room that an answer may have at most."""
    _figures: list[Figures] = field(default_factory=list[Figures], init=False)

    def fitting(self) -> QueryAnswer:
        """Return the answer with as many series as fit, and with all labels if there is room."""
        budget = CAP if self.roomy else SHORT
        if self.window:
            self._figures.extend(figures_of(one, self.window) for one in self.found.series)
        most = len(self.found.series)
        whole = longest(partial(self.first, _LONGEST, whole=True), most, budget)
        if len(whole.series) == most and _bytes(whole) <= budget:
            return whole
        brief = longest(partial(self.first, _LONGEST, whole=False), most, budget)
        if _bytes(brief) <= budget:
            return brief
        return longest(partial(self.first, _SHORTER, whole=False), most, budget)

    def first(self, longest_label: int, count: int, *, whole: bool) -> QueryAnswer:
        """Return the answer with the first series."""
        found, window = self.found, self.window
        labels = [without_secrets(one.labels) for one in found.series[:count]]
        common = shared(labels)
        names = order_of_labels(name for one in labels for name in one)
        own = [one for one in names if one not in common]
        kept = own if whole else telling(labels, common)
        told_common = [one for one in names if one in common][: None if whole else _COMMON]
        cut = partial(one_line, longest=longest_label)
        rows = [
            self._row(i, {cut(k): cut(one[k]) for k in kept if k in one})
            for i, one in enumerate(labels)
        ]
        rows, begins, ends = _told_once(rows)
        omitted = [one for one in names if one not in kept and one not in told_common]
        result = found.result
        string = one_line(result.string) if result and result.type == "string" else None
        return QueryAnswer(
            cluster=self.cluster,
            backend=self.asked.backend.name,
            at=None if window else stamp(self.at),
            start=stamp(window.start) if window else None,
            end=stamp(window.end) if window else None,
            step=span(window.step, 4) if window else None,
            total=found.total if string is None else 0,
            rank=self.asked.rank if count < found.total else None,
            over_all=self._over_all(count),
            unit=self._unit(),
            begins=begins,
            ends=ends,
            common={cut(k): cut(common[k]) for k in told_common},
            series=tuple(rows),
            string=string,
            left_out=() if string is not None else self._left_out(count, omitted),
            notes=(*self.notes, *self._notes(count)),
            said=_said(result),
            samples=result.samples if result else None,
        )

    def _row(self, i: int, labels: Labels) -> told.Row:
        series, window = self.found.series[i], self.window
        if window is None:
            observed = observed_of(series)
            return told.Row(
                labels=dict(labels),
                last=told.number(series.values[-1]) if series.values else None,
                histogram=told.Native.of(observed) if observed else None,
            )
        row = told.row(self._figures[i], labels)
        if not self.points:
            return row
        return row.model_copy(update={"points": told.points(series, window)})

    def _unit(self) -> Unit | None:
        native = any(one.histograms for one in self.found.series)
        return of_observations(self.unit) if native else self.unit

    def _over_all(self, count: int) -> told.Over | None:
        spread, total = self.found.spread, self.found.total
        if spread is None or not count or (count == total and self.window) or total == 1:
            return None
        summed = self.window is None and self.unit is not Unit.EPOCH
        over = told.Over.of(spread, total, summed=summed)
        if count < total:
            return over
        rest = told.Over(sum=over.sum, without=over.without)  # all else is there to be seen
        return rest if rest != told.Over() else None

    def _left_out(self, count: int, omitted: Sequence[str]) -> tuple[str, ...]:
        left: list[str] = []
        if more := self.found.total - len(self.found.series[:count]):
            shown_all = count == len(self.found.series)
            top = "top, " if shown_all or not self.roomy else ""
            left.append(f"{more} series: {top}more matchers, or sum by (...)")
        if omitted:
            names = few([word(one_line(one, _SHORTER)) for one in omitted])
            left.append(f"labels {names}: top")
        if self.window and count and not self.points:
            left.append("points: points=true")
        return tuple(left)

    def _notes(self, count: int) -> list[str]:
        notes: list[str] = []
        if any(one.resets is not None for one in self._figures[:count]):
            notes.append("counters as scraped: rate(...[5m]) tells more than how high they are")
        if self.window and any(one.observed for one in self._figures[:count]):
            notes.append("of native histograms the course is that of their count")
        return notes


def _told_once(rows: Sequence[told.Row]) -> tuple[Sequence[told.Row], str | None, str | None]:
    """Return rows without the first and the last point that all of them have, and these."""
    begins, ends = _same([one.begins for one in rows]), _same([one.ends for one in rows])
    hidden = {name: None for name, one in (("begins", begins), ("ends", ends)) if one}
    return [one.model_copy(update=hidden) for one in rows] if hidden else rows, begins, ends


def _same(values: Sequence[str | None]) -> str | None:
    """Return what several series have in common."""
    first = values[0] if len(values) > 1 else None
    return first if all(one == first for one in values) else None


def _said(result: Result | None) -> tuple[str, ...]:
    if result is None:
        return ()
    every = [*result.warnings, *result.infos]
    shown = [one_line(one, _SAID) for one in every[:_SAYINGS]]
    if len(every) > _SAYINGS:
        shown.append(f"and {len(every) - _SAYINGS} more")
    return tuple(shown)


def _bytes(answer: QueryAnswer) -> int:
    structured = answer.model_dump_json(exclude_none=True)
    return len(structured.encode()) + len(answer.render().encode()) + _ENVELOPE
