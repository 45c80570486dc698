"""After any history whatever comes back is exactly what was there, and immutable tags never change.

Every request goes to one of two replicas; some go to both at once, and then some order of the two must explain what
came of them. Replicas are replaced in between, with all they had in memory.
"""

from __future__ import annotations

import copy
import json
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from moorage.settings import Settings
from tests.lifecycle import project
from tests.lifecycle.model import IMMUTABLE, Model, Operation
from tests.reliability.machine import run_racing
from tests.reliability.model import Content, image, index
from tests.reliability.replicas import AUTHORIZATION, KILLS_REPLICAS, Answer, Call, Replicas, replicas

pytestmark = [pytest.mark.integration, KILLS_REPLICAS]

TAGS = ("v1", "v2", f"{IMMUTABLE}1")
REPLICAS = st.integers(0, 1)
WHICH = st.integers(0, 3)
OPERATIONS = st.tuples(
    st.sampled_from(["push", "push", "delete_tag", "delete_digest", "delete_repository", "undelete", "revert"]),
    WHICH,
    st.sampled_from(TAGS),
    st.integers(0, 5),
    st.booleans(),
)
JSON = {"content-type": "application/json", "authorization": AUTHORIZATION}


class TrashMachine(RuleBasedStateMachine):
    """One repository."""

    replicas: ClassVar[Replicas]

    def __init__(self) -> None:
        super().__init__()
        nonce = uuid4().hex[:12]
        self.path = f"{nonce}/app"
        self.name = f"team/{self.path}"
        contents = [Content(f"{nonce} {number}".encode()) for number in range(4)]
        images = [image(contents[: 2 + number], number) for number in range(3)]
        made = [*images, index(images[:2], 0)]
        self.bytes = {content.digest: content.data for content in contents}
        #: Taken out: a push brings them along, what comes back must have them by itself.
        self.absent: set[str] = set()
        self.digests = [stored.digest for stored in made]
        self.model = Model({stored.digest: stored for stored in made})
        self.replicas.log_in(self.name)
        body = project.rule(
            f"{IMMUTABLE}*",
            scope_selectors={
                "repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": f"{nonce}/*"}]
            },
        )
        answer = self.api("POST", "/projects/team/immutabletagrules", body)
        assert answer.status == 201, answer
        self.rule = answer.headers["location"]
        for content in contents:
            self.push_blob(content)

    def teardown(self) -> None:
        self.replicas.call(0, "DELETE", self.rule, headers={"authorization": AUTHORIZATION})

    def api(self, method: str, path: str, body: Any = None) -> Answer:
        return self.replicas.call(0, method, f"/api/v2.0{path}", headers=JSON, chunks=_body(body))

    def push_blob(self, content: Content) -> None:
        path = f"/v2/{self.name}/blobs/uploads/"
        answer = self.replicas.call(0, "POST", path, query=[("digest", content.digest)], chunks=[content.data])
        assert answer.status == 201, answer

    def listed(self) -> list[dict[str, Any]]:
        """The repository's deletions, the oldest first."""
        query = f"/projects/team/trash?page_size=100&sort=id&q=resource=~{self.path}"
        found: list[dict[str, Any]] = json.loads(self.api("GET", query).body)
        return found

    def operation(self, drawn: tuple[str, int, str, int, bool]) -> Operation:
        name, which, tag, entry, skip = drawn
        return Operation(name, self.digests[which], tag, entry % max(1, len(self.model.trash)), skip)

    def call(self, operation: Operation) -> Call:
        """The request that does it."""
        manifests, api = f"/v2/{self.name}/manifests", "/api/v2.0/projects/team"
        encoded = self.path.replace("/", "%2F")
        if operation.name == "push":
            for digest in sorted(self.absent):
                self.push_blob(Content(self.bytes[digest]))
            self.absent.clear()
            stored = self.model.manifests[operation.digest]
            headers = {"content-type": stored.media_type}
            return Call("PUT", f"{manifests}/{operation.tag}", headers=headers, chunks=[stored.content])
        if operation.name == "delete_tag":
            return Call("DELETE", f"{manifests}/{operation.tag}")
        if operation.name == "delete_digest":
            return Call("DELETE", f"{manifests}/{operation.digest}")
        if operation.name == "delete_repository":
            return Call("DELETE", f"{api}/repositories/{encoded}", headers=JSON)
        if operation.name == "undelete":
            listed = self.listed()
            number = listed[operation.entry]["id"] if listed else 2**62
            body = {"on_conflict": "skip" if operation.skip else "fail"}
            return Call("POST", f"{api}/trash/{number}/undelete", headers=JSON, chunks=_body(body))
        path = f"{api}/repositories/{encoded}/tags/{operation.tag}/revert"
        return Call("POST", path, headers=JSON, chunks=_body({"digest": operation.digest}))

    # --- rules ----------------------------------------------------------------------------------

    @rule(drawn=OPERATIONS, replica=REPLICAS)
    def do(self, drawn: tuple[str, int, str, int, bool], replica: int) -> None:
        operation = self.operation(drawn)
        call = self.call(operation)
        expected = self.model.apply(operation)
        (answer,) = self.replicas.race((replica, call))
        assert answer.status == expected, (operation, answer)

    @rule(one=OPERATIONS, two=OPERATIONS)
    def race(self, one: tuple[str, int, str, int, bool], two: tuple[str, int, str, int, bool]) -> None:
        operations = [self.operation(one), self.operation(two)]
        before = copy.deepcopy(self.model)
        # An id stays that of its deletion when one before it is undone.
        targets = [before.trash[o.entry] if o.entry < len(before.trash) else None for o in operations]
        calls = [self.call(operation) for operation in operations]
        answers = self.replicas.race(*zip((0, 1), calls, strict=True))
        statuses = [answer.status for answer in answers]
        explained = []
        for order in ((0, 1), (1, 0)):
            model, found = copy.deepcopy((before, targets)), [0, 0]
            candidate, entries = model
            for which in order:
                operation = operations[which]
                if operation.name == "undelete":
                    target = entries[which]
                    there = [number for number, entry in enumerate(candidate.trash) if entry is target]
                    operation = operation._replace(entry=there[0] if there else 10**6)
                found[which] = candidate.apply(operation)
            explained.append((found, candidate))
        for found, candidate in explained:
            if found == statuses and self.fits(candidate):
                self.model = candidate
                return
        raise AssertionError((operations, statuses, [found for found, _ in explained], [str(a) for a in answers]))

    @rule(which=WHICH)
    def take_a_blob_out(self, which: int) -> None:
        digest = sorted(self.bytes)[which]
        needed = any(digest in self.model.manifests[live].blobs for live in self.model.live)
        answer = self.replicas.call(0, "DELETE", f"/v2/{self.name}/blobs/{digest}")
        gone = digest in self.absent and not needed
        assert answer.status == (412 if needed else 404 if gone and answer.status == 404 else 202), answer
        if not needed:
            self.absent.add(digest)

    @rule(replica=REPLICAS)
    def crash(self, replica: int) -> None:
        self.replicas.crash(replica)

    # --- what holds -----------------------------------------------------------------------------

    def fits(self, model: Model) -> bool:
        """Whether the repository has the tags and deletions of a model."""
        if [entry.shown for entry in model.trash] != self.shown(model):
            return False
        return self.tags() == model.tags

    def shown(self, model: Model) -> list[tuple[str, int, list[str]]]:
        return [
            (entry["kind"], len(known.artifacts), entry.get("tags") or [])
            for entry, known in zip(self.listed(), [*model.trash, *model.trash], strict=False)
        ]

    def tags(self) -> dict[str, str]:
        found = {}
        for tag in TAGS:
            answer = self.replicas.call(0, "HEAD", f"/v2/{self.name}/manifests/{tag}")
            if answer.status == 200:
                found[tag] = answer.headers["docker-content-digest"]
        return found

    @invariant()
    def holds_what_it_should(self) -> None:
        assert self.tags() == self.model.tags
        assert self.shown(self.model) == [entry.shown for entry in self.model.trash]
        for digest, stored in self.model.manifests.items():
            answer = self.replicas.call(1, "GET", f"/v2/{self.name}/manifests/{digest}")
            if digest not in self.model.live:
                assert answer.status == 404, answer
                continue
            assert (answer.status, answer.body) == (200, stored.content)
            for blob in stored.blobs:
                assert self.replicas.call(0, "GET", f"/v2/{self.name}/blobs/{blob}").body == self.bytes[blob]


def _body(value: Any) -> list[bytes]:
    return [] if value is None else [json.dumps(value).encode()]


def test_any_history_can_be_undone_exactly(database_url: str, plain_settings: Settings) -> None:
    with replicas(plain_settings, database_url) as both:

        class Machine(TrashMachine):
            replicas = both

        run_racing(Machine, examples=12, steps=30)
