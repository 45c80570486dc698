"""What is sent to ``/retentions`` and shown there (H rows 84, 85)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from moorage.api.immutable import SelectorView
from moorage.api.times import timestamp
from moorage.errors import BadRequest
from moorage.jobs.models import Execution, Status, Task
from moorage.lifecycle.models import Selector
from moorage.lifecycle.retention_models import ALWAYS, RETAIN, TEMPLATES, PolicyContent, RetentionPolicy, RetentionRule

_CODES = {Status.PENDING: 0, Status.SCHEDULED: 1, Status.RUNNING: 2}


# --- what is known ------------------------------------------------------------------------------


class ParameterMetadata(Struct):
    """What a template wants to be told; Harbor's ``RetentionRuleParamMetadata``."""

    type: str
    unit: str
    required: bool


class TemplateMetadata(Struct):
    """A template of rules; Harbor's ``RetentionRuleMetadata``."""

    rule_template: str
    display_text: str
    action: str
    params: list[ParameterMetadata]


class SelectorMetadata(Struct):
    """A kind of selectors; Harbor's ``RetentionSelectorMetadata``."""

    display_text: str
    kind: str
    decorations: list[str]


class MetadataView(Struct):
    """What rules can be made of; Harbor's ``RetentionMetadata``."""

    templates: list[TemplateMetadata]
    scope_selectors: list[SelectorMetadata]
    tag_selectors: list[SelectorMetadata]


_COUNT = [ParameterMetadata("int", "COUNT", True)]
_DAYS = [ParameterMetadata("int", "DAYS", True)]
_TEXTS: tuple[tuple[str, list[ParameterMetadata]], ...] = (
    ("the most recently pushed # artifacts", _COUNT),
    ("the most recently pulled # artifacts", _COUNT),
    ("pushed within the last # days", _DAYS),
    ("pulled within the last # days", _DAYS),
    (ALWAYS, []),
)
METADATA = MetadataView(
    [TemplateMetadata(name, shown, RETAIN, params) for name, (shown, params) in zip(TEMPLATES, _TEXTS, strict=True)],
    [SelectorMetadata("Repositories", "doublestar", ["repoMatches", "repoExcludes"])],
    [SelectorMetadata("Tags", "doublestar", ["matches", "excludes"])],
)


# --- policies -----------------------------------------------------------------------------------


class RetentionRuleView(Struct, omit_defaults=True):
    """A rule, as it is sent and shown; Harbor's ``RetentionRule``. Its id means nothing."""

    id: int = 0
    priority: int = 0
    disabled: bool = False
    action: str = ""
    template: str = ""
    params: dict[str, Any] | None = None
    tag_selectors: list[SelectorView] | None = None
    scope_selectors: dict[str, list[SelectorView] | None] | None = None

    @classmethod
    def of(cls, rule: RetentionRule) -> RetentionRuleView:
        """The view of a rule."""
        repositories = [SelectorView.of(selector) for selector in rule.repositories]
        return cls(
            priority=rule.priority,
            disabled=rule.disabled,
            action=rule.action,
            template=rule.template,
            params=dict(rule.params) or None,
            tag_selectors=[SelectorView.of(selector) for selector in rule.tags],
            scope_selectors={"repository": repositories} if repositories else {},
        )

    def rule(self) -> RetentionRule:
        """What it says.

        Raises:
            BadRequest: it has a scope there is none of.
        """
        scopes = self.scope_selectors or {}
        unknown = sorted(set(scopes) - {"repository"})
        if unknown:
            raise BadRequest(
                f"bad request: scope_selectors: unknown scope {unknown[0][:64]!r}: it must be 'repository'"
            )
        return RetentionRule(
            template=self.template,
            params=self.params or {},
            tags=_selectors(self.tag_selectors),
            repositories=_selectors(scopes.get("repository")),
            disabled=self.disabled,
            priority=self.priority,
            action=self.action,
        )


class RetentionTriggerView(Struct, omit_defaults=True):
    """What starts it; Harbor's ``RetentionRuleTrigger``. ``references`` means nothing."""

    kind: str = ""
    settings: dict[str, Any] | None = None
    references: dict[str, Any] | None = None


class ScopeView(Struct, omit_defaults=True):
    """What it is for; Harbor's ``RetentionPolicyScope``."""

    level: str = ""
    ref: int = 0


class RetentionPolicyView(Struct, omit_defaults=True):
    """A policy, as it is sent and shown; Harbor's ``RetentionPolicy``."""

    id: int = 0
    algorithm: str = ""
    rules: list[RetentionRuleView] | None = None
    trigger: RetentionTriggerView | None = None
    scope: ScopeView | None = None

    @classmethod
    def of(cls, policy: RetentionPolicy) -> RetentionPolicyView:
        """The view of a policy."""
        content = policy.content
        settings: dict[str, Any] = {"cron": content.cron}
        if policy.next_run is not None:
            settings["next_scheduled_time"] = timestamp(policy.next_run)
        return cls(
            policy.policy_id,
            content.algorithm,
            [RetentionRuleView.of(rule) for rule in content.rules],
            RetentionTriggerView(content.trigger, settings),
            ScopeView("project", policy.project_id),
        )

    def content(self) -> PolicyContent:
        """What it says.

        Raises:
            BadRequest: it is of a form that no policy has.
        """
        trigger = self.trigger or RetentionTriggerView()
        cron = (trigger.settings or {}).get("cron") or ""
        if not isinstance(cron, str) or "\0" in cron:
            raise BadRequest("bad request: trigger.settings.cron must be a text")
        return PolicyContent([view.rule() for view in self.rules or ()], self.algorithm, trigger.kind, cron.strip())


def _selectors(views: list[SelectorView] | None) -> list[Selector]:
    return [Selector(view.decoration, view.pattern, view.kind, view.extras) for view in views or ()]


# --- executions ---------------------------------------------------------------------------------


class DryRun(Struct):
    """How a policy is applied."""

    dry_run: bool = False


class Action(Struct):
    """What is done to an execution."""

    action: str = ""


class RetentionExecutionView(Struct):
    """A time a policy was applied; Harbor's ``RetentionExecution``."""

    id: int
    policy_id: int
    start_time: str
    end_time: str
    status: str
    trigger: str
    dry_run: bool

    @classmethod
    def of(cls, execution: Execution) -> RetentionExecutionView:
        """The view of an execution."""
        return cls(
            execution.id,
            execution.vendor_id,
            timestamp(execution.start_time),
            timestamp(execution.end_time),
            execution.status,
            execution.trigger,
            bool(execution.extra_attrs.get("dry_run")),
        )


class RetentionTaskView(Struct):
    """What became of a repository; Harbor's ``RetentionExecutionTask``."""

    id: int
    execution_id: int
    repository: str
    job_id: str
    status: str
    status_code: int
    status_revision: int
    start_time: str
    end_time: str
    total: int
    retained: int

    @classmethod
    def of(cls, task: Task) -> RetentionTaskView:
        """The view of a task."""
        found = task.extra_attrs
        return cls(
            task.id,
            task.execution_id,
            str(found.get("repository", "")),
            task.job_id,
            task.status,
            _CODES.get(task.status, 3),
            task.revision,
            timestamp(task.start_time),
            timestamp(task.end_time),
            int(found.get("total", 0)),
            int(found.get("retained", 0)),
        )
