"""Plans and what became of them: embedded SQLite, each row sealed with the store's key.

A plan acts at most once. Consuming it is one statement that succeeds for one caller only, and a
lock that ends with its process tells whether a plan that is being applied still has anybody to
apply it.
"""

import fcntl
import os
import secrets
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import ValidationError

from clusterwright.tools.change import Plan, State
from clusterwright.tools.errors import NotFoundError, RefusedError
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.approval import Approval
from clusterwright.tools.trust.private_file import PRIVATE, require_private
from clusterwright.tools.trust.seal import seal, sealed_by
from clusterwright.tools.trust.store_key import store_key

_PLAN, _STATE, _ENTRY = "plan", "plan state", "journal entry"
_WAIT_SECONDS = 10.0
_KEPT_SECONDS = 30 * 86_400.0
_SCHEMA = """
create table if not exists plans(
    id text primary key, made real, state text, state_seal text, body blob, seal text);
create table if not exists journal(
    plan text, seq integer, body blob, seal text, primary key(plan, seq));
create table if not exists approvals(plan text, body blob);
"""
_AGAIN = "plan the change again: what is stored cannot be trusted any more"


_WORDS = {
    State.APPLYING: "is being applied, or was when its process ended",
    State.APPLIED: "was applied before",
    State.UNPROVEN: "was applied before",
    State.UNDONE: "was applied and undone before",
    State.FAILED: "was applied in part before",
    State.REFUSED: "was refused before",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan and its state."""

    plan: Plan
    state: State


class PlanStore:
    """The plans of one user; processes may share it."""

    def __init__(self, state: Path) -> None:
        """Open a folder's store, made if it is not there; raise RefusedError for an odd one."""
        self._folder = state
        self.key = store_key(state)
        self._path = state / "plans.sqlite"
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, PRIVATE))
        require_private(self._path)
        try:
            with self._open() as database:
                database.executescript(_SCHEMA)
                old = (time.time() - _KEPT_SECONDS, State.APPLYING)
                database.execute("delete from plans where made < ? and state != ?", old)
        except sqlite3.Error as error:
            raise RefusedError(
                f"the plans in {str(self._path)!r} cannot be kept: {error}",
                hint="make room, or mend its rights; if it is broken, move it away",
            ) from error

    def add(self, plan: Plan) -> None:
        """Keep a new plan."""
        body = orjson.dumps(plan.model_dump(mode="json"))
        row = (plan.id, plan.made.timestamp(), *self._state(plan.id, State.PLANNED), body)
        mark = seal(self.key, _PLAN, [plan.id, body.decode()])
        with self._open() as database:
            database.execute("insert into plans values(?, ?, ?, ?, ?, ?)", (*row, mark))

    def get(self, plan: str) -> Kept:
        """Return a plan; raise NotFoundError, or RefusedError for one that was tampered with."""
        with self._open() as database:
            row = database.execute(
                "select body, seal, state, state_seal from plans where id = ?", (plan,)
            ).fetchone()
        if row is None:
            raise NotFoundError(
                f"there is no plan {plan[:60]!r} here", hint="plan the change first"
            )
        return self._kept(plan, row)

    def _kept(self, plan: str, row: tuple[bytes | str, str, str, str]) -> Kept:
        body, mark, state, state_mark = row
        text = _text(body)
        genuine = sealed_by(self.key, _PLAN, [plan, text], mark)
        if not genuine or not sealed_by(self.key, _STATE, [plan, state], state_mark):
            raise RefusedError(f"the stored plan {plan} was changed by somebody else", hint=_AGAIN)
        try:
            return Kept(Plan.model_validate(orjson.loads(body)), State(state))
        except (ValidationError, ValueError) as error:
            raise RefusedError(
                f"the stored plan {plan} is of another version", hint=_AGAIN
            ) from error

    def consume(self, plan: str) -> None:
        """Claim a plan for the one who calls; raise RefusedError for all others, and ever after."""
        state, mark = self._state(plan, State.APPLYING)
        with self._open() as database:
            done = database.execute(
                "update plans set state = ?, state_seal = ? where id = ? and state = ?",
                (state, mark, plan, State.PLANNED),
            )
            claimed = done.rowcount == 1
        if not claimed:
            raise spent(plan, self.get(plan).state)

    def end(self, plan: str, state: State) -> None:
        """Keep what became of a plan."""
        row = (*self._state(plan, state), plan)
        with self._open() as database:
            database.execute("update plans set state = ?, state_seal = ? where id = ?", row)

    def note(self, plan: str, entry: Manifest) -> None:
        """Write to a plan's journal, to the disk before this returns."""
        body = orjson.dumps(entry)
        with self._open() as database:
            found = database.execute(
                "select coalesce(max(seq), 0) from journal where plan = ?", (plan,)
            ).fetchone()
            seq = int(found[0]) + 1
            mark = seal(self.key, _ENTRY, [plan, seq, body.decode()])
            database.execute("insert into journal values(?, ?, ?, ?)", (plan, seq, body, mark))

    def journal(self, plan: str) -> list[Manifest]:
        """Return a plan's journal; raise RefusedError if an entry was tampered with."""
        with self._open() as database:
            rows = database.execute(
                "select seq, body, seal from journal where plan = ? order by seq", (plan,)
            ).fetchall()
        for place, (seq, body, mark) in enumerate(rows, 1):
            text = _text(body)
            if seq != place or not sealed_by(self.key, _ENTRY, [plan, seq, text], mark):
                raise RefusedError(
                    f"the journal of plan {plan} was changed by somebody else", hint=_AGAIN
                )
        return [orjson.loads(body) for _, body, _ in rows]

    def approve(self, approval: Approval) -> None:
        """Keep an approval; whether it is genuine is judged where it is used."""
        row = (approval.plan, approval.model_dump_json())
        with self._open() as database:
            database.execute("insert into approvals values(?, ?)", row)

    def approvals(self, plan: str) -> list[Approval]:
        """Return the approvals of a plan, the latest first; what is none is left out."""
        with self._open() as database:
            rows = database.execute(
                "select body from approvals where plan = ? order by rowid desc", (plan,)
            ).fetchall()
        found: list[Approval] = []
        for (body,) in rows:
            try:
                found.append(Approval.model_validate_json(body))
            except ValidationError:
                continue
        return found

    def all(self) -> list[Kept]:
        """Return every genuine plan, the latest first."""
        with self._open() as database:
            rows = database.execute(
                "select id, body, seal, state, state_seal from plans order by made desc"
            ).fetchall()
        found: list[Kept] = []
        for plan, *row in rows:
            try:
                found.append(self._kept(plan, (row[0], row[1], row[2], row[3])))
            except RefusedError:
                continue
        return found

    def interrupted(self) -> list[Kept]:
        """Return the plans that were being applied by a process that is no more."""
        return [
            one
            for one in self.all()
            if one.state is State.APPLYING and not self._is_held(one.plan.id)
        ]

    @contextmanager
    def holding(self, plan: str) -> Generator[None]:
        """Show that somebody is applying a plan, until they are done or their process ends."""
        descriptor = os.open(self._lock(plan), os.O_CREAT | os.O_RDWR, PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
            self._lock(plan).unlink(missing_ok=True)

    def _is_held(self, plan: str) -> bool:
        try:
            descriptor = os.open(self._lock(plan), os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def _lock(self, plan: str) -> Path:
        return self._folder / f"applying-{plan}.lock"

    def _state(self, plan: str, state: State) -> tuple[str, str]:
        return state.value, seal(self.key, _STATE, [plan, state.value])

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS)) as database, database:
            database.execute("pragma synchronous = full")
            yield database


def _text(body: bytes | str) -> str:
    """Return what a cell holds: whoever edits one may leave text where bytes were."""
    return body if isinstance(body, str) else body.decode(errors="replace")


def new_plan_id() -> str:
    """Return a name for a plan that nobody can guess."""
    return f"p-{secrets.token_hex(6)}"


def spent(plan: str, state: State) -> RefusedError:
    """Return the error for a plan that is not to be applied any more."""
    return RefusedError(
        f"plan {plan} {_WORDS.get(state, 'cannot be applied')}; a plan acts at most once",
        hint="plan the change again",
    )
