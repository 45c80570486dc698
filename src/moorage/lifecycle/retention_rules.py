"""What a retention rule may say, and what it says about artifacts (H row 84). Pure.

As in Harbor: an artifact is chosen by a ``matches`` selector when any of its tags matches, and by an ``excludes``
selector when any does not; one without tags is chosen unless the selector's ``extras`` say otherwise. What is chosen in
a repository is put in order, or compared with a day, by the last push or pull of the artifact or any of its tags.
Patterns are matched with the repository's name without its project.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from moorage.errors import BadRequest, Conflict
from moorage.lifecycle.models import EXCLUDES, KIND, MATCHES, REPOSITORY_EXCLUDES, REPOSITORY_MATCHES, Selector
from moorage.lifecycle.patterns import PatternInvalid, compile_pattern, matches
from moorage.lifecycle.retention_models import (
    ALWAYS,
    ANY,
    DAYS_PULLED,
    DAYS_PUSHED,
    LATEST_PULLED,
    LATEST_PUSHED,
    RETAIN,
    SCHEDULED,
    TEMPLATES,
    PolicyContent,
    RetentionRule,
    Seen,
)

#: Harbor's limit of rules; most selectors of either sort in one; longest extras of a selector; longest params as JSON.
MAX_RULES = 15
MAX_SELECTORS = 10
MAX_EXTRAS = 1_024
MAX_PARAMS = 1_024

MAX_NUMBER = 2**31 - 1
#: A hundred years.
MAX_DAYS = 36_525

MAX_CRON = 128

_EVERYTHING = "**"
_TAG_DECORATIONS = (MATCHES, EXCLUDES)
_REPOSITORY_DECORATIONS = (REPOSITORY_MATCHES, REPOSITORY_EXCLUDES)


# --- what a policy may say ----------------------------------------------------------------------


def check_number(content: PolicyContent) -> None:
    """Refuse more rules than a policy may have, and one rule twice; Harbor does so before it asks who wants that.

    Raises:
        BadRequest: there are too many.
        Conflict: two are the same.
    """
    if len(content.rules) > MAX_RULES:
        raise BadRequest(f"bad request: only {MAX_RULES} rules are allowed at most")
    known: dict[str, int] = {}
    for number, rule in enumerate(content.rules):
        text = json.dumps(rule.stored(), sort_keys=True)
        if text in known:
            raise Conflict(f"resource conflict: rule {number} is conflict with rule {known[text]}")
        known[text] = number


def check_policy(content: PolicyContent) -> None:
    """Refuse what can be no policy. Harbor stores almost anything, and fails when it runs.

    Raises:
        BadRequest: with what is wrong.
    """
    if content.algorithm != ANY:
        raise BadRequest(f"bad request: algorithm {content.algorithm[:64]!r} is not supported: it must be {ANY!r}")
    if content.trigger not in ("", SCHEDULED):
        raise BadRequest(f"bad request: not support Trigger {content.trigger[:64]}")
    if len(content.cron) > MAX_CRON:
        raise BadRequest("bad request: the cron expression is too long")
    for number, rule in enumerate(content.rules):
        try:
            _check_rule(rule)
        except BadRequest as error:
            raise BadRequest(f"bad request: rule {number}: {error.message}") from None


def _check_rule(rule: RetentionRule) -> None:
    if rule.action != RETAIN:
        raise BadRequest(f"unknown action {rule.action[:64]!r}: it must be {RETAIN!r}")
    if rule.template not in TEMPLATES:
        raise BadRequest(f"unknown template {rule.template[:64]!r}: it must be one of {', '.join(TEMPLATES)}")
    if not 0 <= rule.priority < 2**31:
        raise BadRequest("priority is out of range")
    _check_params(rule)
    if not rule.tags:
        raise BadRequest("tag_selectors must have at least one selector")
    _check_selectors("tag_selectors", rule.tags, _TAG_DECORATIONS)
    _check_selectors("scope_selectors.repository", rule.repositories, _REPOSITORY_DECORATIONS)
    for selector in rule.tags:
        if selector.extras and _untagged_extra(selector.extras) is None:
            raise BadRequest('tag_selectors: extras must be JSON such as {"untagged":true}')


def _check_params(rule: RetentionRule) -> None:
    try:
        text = json.dumps(dict(rule.params))
    except RecursionError:
        raise BadRequest("params is nested too deeply") from None
    if len(text) > MAX_PARAMS:
        raise BadRequest("params is too long")
    if "\\u0000" in text:
        raise BadRequest("params: U+0000 is not allowed")
    if rule.template == ALWAYS:
        return
    most = MAX_DAYS if rule.template in (DAYS_PUSHED, DAYS_PULLED) else MAX_NUMBER
    number = rule.params.get(rule.template)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= most:
        raise BadRequest(f"params.{rule.template} must be a whole number from 0 to {most}")


def _check_selectors(name: str, selectors: Sequence[Selector], decorations: Sequence[str]) -> None:
    if len(selectors) > MAX_SELECTORS:
        raise BadRequest(f"{name} must have at most {MAX_SELECTORS} selectors")
    for selector in selectors:
        if selector.kind != KIND:
            raise BadRequest(f"{name}: unknown kind {selector.kind[:64]!r}: it must be {KIND!r}")
        # Terraform's provider sends one without either where nothing was chosen.
        if selector.decoration not in decorations and (selector.decoration or selector.pattern):
            raise BadRequest(
                f"{name}: unknown decoration {selector.decoration[:64]!r}: it must be {' or '.join(decorations)}"
            )
        if len(selector.extras) > MAX_EXTRAS:
            raise BadRequest(f"{name}: extras is too long")
        if "\0" in selector.pattern or "\0" in selector.extras:
            raise BadRequest(f"{name}: U+0000 is not allowed")
        try:
            compile_pattern(selector.pattern)
        except PatternInvalid as error:
            raise BadRequest(f"{name}: {error.message}") from None


def _untagged_extra(extras: str) -> bool | None:
    """What extras say about artifacts without tags; None when they are none."""
    try:
        value = json.loads(extras)
    except (ValueError, RecursionError):
        return None
    found = value.get("untagged", False) if isinstance(value, dict) else None
    return found if isinstance(found, bool) else None


# --- what a rule chooses ------------------------------------------------------------------------


def chooses_repository(rule: RetentionRule, repository: str) -> bool:
    """Whether a rule in force is about a repository, named without its project."""
    return not rule.disabled and all(_chooses(selector, repository) for selector in rule.repositories)


def _chooses(selector: Selector, name: str) -> bool:
    excludes = selector.decoration in (EXCLUDES, REPOSITORY_EXCLUDES)
    return matches(selector.pattern or _EVERYTHING, name) != excludes


def _chooses_untagged(selector: Selector) -> bool:
    said = _untagged_extra(selector.extras) if selector.extras else None
    if said is None:
        return True
    return said != (selector.decoration == EXCLUDES)


class Choice:
    """Which of some rules choose an artifact, told its tags one after the other."""

    def __init__(self, rules: Sequence[RetentionRule]) -> None:
        self._selectors = [list(rule.tags) for rule in rules]
        self._untagged = [all(map(_chooses_untagged, selectors)) for selectors in self._selectors]
        self._open: list[list[Selector]] = []
        self._tagged = False
        self.begin()

    def begin(self) -> None:
        """Another artifact."""
        self._open = [list(selectors) for selectors in self._selectors]
        self._tagged = False

    def tag(self, name: str) -> None:
        """The artifact has that tag."""
        self._tagged = True
        for selectors in self._open:
            if selectors:
                selectors[:] = [selector for selector in selectors if not _chooses(selector, name)]

    def end(self) -> list[bool]:
        """Of each rule, whether it chooses the artifact."""
        if not self._tagged:
            return self._untagged
        return [not selectors for selectors in self._open]


# --- what a rule retains ------------------------------------------------------------------------


class LastPulled:
    """How far down the artifacts, in order of their pulls, a rule that counts those goes."""

    def __init__(self, rules: Sequence[RetentionRule]) -> None:
        self._left = [rule.number if rule.template == LATEST_PULLED else 0 for rule in rules]
        self.last: list[Any] = [None] * len(rules)

    @property
    def done(self) -> bool:
        """Nothing more need be looked at."""
        return not any(self._left)

    def see(self, artifact: Seen, chosen: Iterable[bool]) -> None:
        """The next artifact."""
        for number, is_chosen in enumerate(chosen):
            if is_chosen and self._left[number]:
                self._left[number] -= 1
                self.last[number] = pull_order(artifact)


def pull_order(artifact: Seen) -> tuple[bool, datetime, datetime, int]:
    """What comes first when the last pulled do, compared from above; what was never pulled comes last."""
    return artifact.pulled is not None, artifact.pulled or artifact.pushed, artifact.pushed, artifact.artifact_id


class Retained:
    """Whether some rules retain artifacts, given in order of their pushes, the last first."""

    def __init__(self, rules: Sequence[RetentionRule], now: datetime, pulled: LastPulled) -> None:
        self._rules = rules
        self._pulled = pulled.last
        self._left = [rule.number if rule.template == LATEST_PUSHED else 0 for rule in rules]
        self._since = [now - timedelta(days=min(rule.number, MAX_DAYS)) for rule in rules]

    def see(self, artifact: Seen, chosen: Iterable[bool]) -> bool:
        """Whether any rule retains the next artifact; of each, whether it chooses it."""
        retained = [self._retains(number, artifact) for number, is_chosen in enumerate(chosen) if is_chosen]
        return any(retained)

    def _retains(self, number: int, artifact: Seen) -> bool:
        template = self._rules[number].template
        if template == LATEST_PUSHED:
            self._left[number] -= 1
            return self._left[number] >= 0
        if template == LATEST_PULLED:
            last = self._pulled[number]
            return last is not None and pull_order(artifact) >= last
        if template == DAYS_PUSHED:
            return artifact.pushed >= self._since[number]
        if template == DAYS_PULLED:
            return artifact.pulled is not None and artifact.pulled >= self._since[number]
        return template == ALWAYS
