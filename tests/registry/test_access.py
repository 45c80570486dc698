"""Who may do what on /v2, and how refusals are worded."""

from __future__ import annotations

import pytest

from moorage.app import Application
from tests.registry.client import Registry, code
from tests.registry.content import image

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

NOWHERE = "sha256:" + "0" * 64
REALM = 'Bearer realm="http://registry.test/service/token",service="harbor-registry"'


def anonymous(registry: Registry) -> Registry:
    return Registry(registry.http, None)


async def token(registry: Registry, *scopes: str, auth: tuple[str, str] | None = None) -> dict[str, str]:
    answer = await registry.http.get(
        "/service/token",
        params=[("service", "harbor-registry"), *(("scope", scope) for scope in scopes)],
        auth=auth,
    )
    assert answer.status_code == 200, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


async def test_trap_29_without_credentials_the_answer_is_a_bearer_challenge(registry: Registry) -> None:
    answer = await anonymous(registry).get("")
    assert (answer.status_code, code(answer)) == (401, "UNAUTHORIZED")
    assert answer.headers["www-authenticate"] == REALM
    assert answer.headers["docker-distribution-api-version"] == "registry/2.0"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_path_without_its_slash_leads_to_the_one_with_it(registry: Registry, method: str) -> None:
    answer = await registry.http.request(method, "/v2", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "/v2/")
    assert (await registry.http.request("POST", "/v2")).status_code in (401, 405)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "team/a/manifests/v1", "repository:team/a:pull"),
        ("GET", "library/a/manifests/v1", "repository:library/a:pull"),
        ("PUT", "team/a/manifests/v1", "repository:team/a:pull,push"),
        ("DELETE", f"team/a/manifests/{NOWHERE}", "repository:team/a:delete"),
        (
            "POST",
            f"team/a/blobs/uploads/?mount={NOWHERE}&from=library/b",
            "repository:team/a:pull,push repository:library/b:pull",
        ),
    ],
)
async def test_trap_29_a_challenge_names_the_scope_even_for_a_public_project(
    registry: Registry, method: str, path: str, scope: str
) -> None:
    answer = await anonymous(registry).request(method, f"/v2/{path}")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == f'{REALM},scope="{scope}"'


async def test_wrong_credentials_are_told_from_none(registry: Registry) -> None:
    wrong = Registry(registry.http, ("admin", "wrong"))
    answer = await wrong.get("")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="harbor"'


async def test_trap_25_scopes_may_be_repeated_or_joined_by_spaces(registry: Registry) -> None:
    await registry.push("team/a", image(), "v1")
    await registry.push("team/b", image(), "v1")
    admin = ("admin", "Harbor12345")
    for scopes in (
        ("repository:team/a:pull", "repository:team/b:pull"),
        ("repository:team/a:pull repository:team/b:pull",),
    ):
        headers = await token(registry, *scopes, auth=admin)
        client = anonymous(registry)
        for name in ("team/a", "team/b"):
            assert (await client.get(f"{name}/manifests/v1", headers=headers)).status_code == 200


async def test_anyone_may_pull_from_a_public_project_with_an_anonymous_token(registry: Registry) -> None:
    await registry.push("library/a", image(), "v1")
    headers = await token(registry, "repository:library/a:pull")
    client = anonymous(registry)
    assert (await client.get("library/a/manifests/v1", headers=headers)).status_code == 200
    refused = await client.request("POST", "/v2/library/a/blobs/uploads/", headers=headers)
    assert (refused.status_code, code(refused)) == (401, "UNAUTHORIZED")
    assert "action: push" in refused.text


async def test_a_token_is_good_only_for_what_it_was_issued_for(registry: Registry) -> None:
    await registry.push("team/a", image(), "v1")
    await registry.push("team/b", image(), "v1")
    headers = await token(registry, "repository:team/a:pull", auth=("admin", "Harbor12345"))
    client = anonymous(registry)
    assert (await client.get("team/a/manifests/v1", headers=headers)).status_code == 200
    assert (await client.get("team/b/manifests/v1", headers=headers)).status_code == 401


async def test_garbage_in_authorization_is_refused_and_never_an_error(registry: Registry) -> None:
    client = anonymous(registry)
    for value in (
        "",
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Basic",
        "Basic !",
        "Basic eA==",
        "Digest x",
        "\u00ff",
        "x" * 20_000,
    ):
        answer = await client.get("team/a/manifests/v1", headers={"authorization": value.encode("latin-1")})
        assert answer.status_code == 401, value[:20]


async def test_a_project_that_is_not_there_says_so_to_those_who_logged_in(registry: Registry) -> None:
    answer = await registry.get("none/a/manifests/v1")
    assert (answer.status_code, code(answer)) == (401, "UNAUTHORIZED")
    assert "project none not found" in answer.text


async def test_the_catalog_is_for_administrators(registry: Registry, application: Application) -> None:
    await registry.push("team/a", image(), "v1")
    await registry.push_blob("team/only-blobs", b"x")
    answer = await registry.get("_catalog")
    assert answer.json() == {"repositories": ["team/a"]}
    refused = await anonymous(registry).get("_catalog")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Basic realm="harbor"'


async def test_the_catalog_is_paged(registry: Registry) -> None:
    pushed = image()
    for name in ("team/b", "team/a", "library/c"):
        await registry.push(name, pushed, "v1")
    first = await registry.get("_catalog?n=2")
    assert first.json()["repositories"] == ["library/c", "team/a"]
    assert first.headers["link"] == '</v2/_catalog?last=team%2Fa&n=2>; rel="next"'
    rest = await registry.request("GET", "/v2/_catalog?last=team%2Fa&n=2")
    assert rest.json()["repositories"] == ["team/b"]
    assert "link" not in rest.headers


async def test_a_mount_goes_by_the_rights_of_the_account(registry: Registry) -> None:
    """A client's token covers what it pushes to; the source may be the registry's own choice."""
    content = b"shared"
    digest = await registry.push_blob("library/b", content)
    headers = await token(registry, "repository:team/a:pull,push", auth=("admin", "Harbor12345"))
    client = anonymous(registry)
    for name, params in (("a", {"mount": digest, "from": "library/b"}), ("a", {"mount": digest})):
        mounted = await client.request("POST", f"/v2/team/{name}/blobs/uploads/", params=params, headers=headers)
        assert mounted.status_code == 201
    assert (await client.get(f"team/a/blobs/{digest}", headers=headers)).content == content


async def test_a_mount_needs_pull_on_its_source(registry: Registry, application: Application) -> None:
    """One who cannot read it is not told that it is there."""
    digest = await registry.push_blob("team/secret", b"secret")
    await application.identity.users.create("mona", "Passw0rd-x1")
    mona = await application.identity.authenticate("mona", "Passw0rd-x1", "")
    await application.projects.create("mona", owner_id=mona.id, public=False)
    client = Registry(registry.http, ("mona", "Passw0rd-x1"))
    for params in ({"mount": digest, "from": "team/secret"}, {"mount": digest}):
        answer = await client.request("POST", "/v2/mona/a/blobs/uploads/", params=params)
        assert answer.status_code == 202
    assert (await client.get(f"mona/a/blobs/{digest}")).status_code == 404
