"""``/projects/{project}/immutabletagrules`` (H row 67)."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import UNSET, Struct, UnsetType, field

from moorage.api.answers import answer, done
from moorage.api.call import InjectedCall, integer
from moorage.api.describe import LIST, NAME_OR_ID, described
from moorage.api.operations import BASE
from moorage.errors import BadRequest
from moorage.lifecycle.models import Rule, RuleContent, Selector


class SelectorView(Struct, omit_defaults=True):
    """Chooses repositories or tags by a pattern; Harbor's ``ImmutableSelector``."""

    kind: str = ""
    decoration: str = ""
    pattern: str = ""
    extras: str = ""

    @classmethod
    def of(cls, selector: Selector) -> SelectorView:
        """The view of a selector."""
        return cls(selector.kind, selector.decoration, selector.pattern, selector.extras)


class RuleView(Struct, omit_defaults=True):
    """A rule, as it is sent and shown; Harbor's ``ImmutableRule``."""

    id: int = 0
    priority: int = 0
    disabled: bool = False
    action: str = ""
    template: str = ""
    params: dict[str, Any] | None = None
    #: Harbor shows it in any case.
    tag_selectors: list[SelectorView] | UnsetType | None = UNSET
    scope_selectors: dict[str, list[SelectorView] | None] | None = field(default=None)

    @classmethod
    def of(cls, rule: Rule) -> RuleView:
        """The view of a rule."""
        content = rule.content
        return cls(
            id=rule.rule_id,
            priority=content.priority,
            disabled=content.disabled,
            action=content.action,
            template=content.template,
            params=dict(content.params) or None,
            tag_selectors=[SelectorView.of(selector) for selector in content.tags],
            scope_selectors={"repository": [SelectorView.of(selector) for selector in content.repositories]},
        )

    def content(self) -> RuleContent:
        """What the rule says.

        Raises:
            BadRequest: it has a scope there is none of.
        """
        scopes = self.scope_selectors or {}
        unknown = sorted(set(scopes) - {"repository"})
        if unknown:
            raise BadRequest(f"scope_selectors: unknown scope {unknown[0][:64]!r}: it must be 'repository'")
        return RuleContent(
            tags=_selectors(self.tag_selectors),
            repositories=_selectors(scopes.get("repository")),
            disabled=self.disabled,
            priority=self.priority,
            action=self.action,
            template=self.template,
            params=self.params or {},
        )


def _selectors(views: list[SelectorView] | UnsetType | None) -> list[Selector]:
    return [Selector(view.decoration, view.pattern, view.kind, view.extras) for view in views or ()]


@get(
    f"{BASE}/projects/{{project:str}}/immutabletagrules",
    opt=described(
        "ListImmuRules", query=(NAME_OR_ID, *LIST), answers={200: list[RuleView]}, errors=(400, 401, 403, 404)
    ),
)
async def list_rules(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """The rules of a project."""
    query = call.list_query()
    facts = await call.require_project(project, "immutable-tag", "list")
    total, rules = await call.services.rules.list(facts.project_id, query)
    return answer([RuleView.of(rule) for rule in rules], headers=call.page_headers(query, total))


@post(
    f"{BASE}/projects/{{project:str}}/immutabletagrules",
    opt=described(
        "CreateImmuRule", query=(NAME_OR_ID,), body=RuleView, answers={201: None}, errors=(400, 401, 403, 404, 409, 422)
    ),
)
async def create_rule(call: InjectedCall, project: FromPath[str]) -> Response[bytes]:
    """Make a rule."""
    wanted = await call.body(RuleView, "ImmutableRule")
    facts = await call.require_project(project, "immutable-tag", "create")
    rule_id = await call.services.rules.create(facts.project_id, wanted.content(), actor=await call.actor())
    return done(201, headers={"Location": f"{call.path.rstrip('/')}/{rule_id}"})


@put(
    f"{BASE}/projects/{{project:str}}/immutabletagrules/{{immutable_rule_id:str}}",
    opt=described(
        "UpdateImmuRule",
        query=(NAME_OR_ID,),
        path={"immutable_rule_id": "integer"},
        body=RuleView,
        answers={200: None},
        errors=(400, 401, 403, 404, 409, 422),
    ),
)
async def update_rule(call: InjectedCall, project: FromPath[str], immutable_rule_id: FromPath[str]) -> Response[bytes]:
    """Change a rule, or switch it off and on."""
    rule_id = integer(immutable_rule_id, "immutable_rule_id", "path")
    wanted = await call.body(RuleView, "ImmutableRule")
    if wanted.id != rule_id:
        # Before anybody is asked who it is, as in Harbor.
        raise BadRequest("bad request: the immutable_rule_id doesn't match the id in the payload body of ImmutableRule")
    facts = await call.require_project(project, "immutable-tag", "update")
    await call.services.rules.change(facts.project_id, rule_id, wanted.content(), actor=await call.actor())
    return done()


@delete(
    f"{BASE}/projects/{{project:str}}/immutabletagrules/{{immutable_rule_id:str}}",
    status_code=200,
    opt=described(
        "DeleteImmuRule",
        query=(NAME_OR_ID,),
        path={"immutable_rule_id": "integer"},
        answers={200: None},
        errors=(400, 401, 403, 404, 422),
    ),
)
async def delete_rule(call: InjectedCall, project: FromPath[str], immutable_rule_id: FromPath[str]) -> Response[bytes]:
    """Delete a rule."""
    rule_id = integer(immutable_rule_id, "immutable_rule_id", "path")
    facts = await call.require_project(project, "immutable-tag", "delete")
    await call.services.rules.delete(facts.project_id, rule_id, actor=await call.actor())
    return done()


HANDLERS = [list_rules, create_rule, update_rule, delete_rule]
