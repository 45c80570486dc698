"""A browser with the portal in it: keeps cookies, and sends the token it was given last."""

from __future__ import annotations

from typing import Any

import httpx2
from sqlalchemy import text

from moorage.app import Application

TOKEN = "X-Harbor-CSRF-Token"
PASSWORD = "Passw0rd-x1"
ADMIN_PASSWORD = "Harbor12345"


class Browser:
    """Talks to one application; ``at`` goes on at another with the same cookies."""

    def __init__(self, application: Application, base_url: str = "http://registry.test") -> None:
        self.base_url = base_url
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=application.asgi), base_url=base_url)
        self.token = ""

    def at(self, application: Application) -> Browser:
        other = Browser(application, self.base_url)
        other.http.cookies, other.token = self.http.cookies, self.token
        return other

    async def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = dict(more.pop("headers", {}))
        if self.token:
            headers.setdefault(TOKEN, self.token)
        answer = await self.http.request(method, path, headers=headers, **more)
        self.token = answer.headers.get(TOKEN, self.token)
        return answer

    async def api(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return await self.ask(method, f"/api/v2.0{path}", **more)

    async def log_in(self, name: str, password: str = PASSWORD) -> httpx2.Response:
        """As the portal does: it asks for the system's facts first, and gets its token with them."""
        for _ in range(2):
            await self.api("GET", "/systeminfo")
        return await self.ask("POST", "/c/login", data={"principal": name, "password": password})

    async def who(self) -> str:
        """The name of who asks; empty for nobody."""
        answer = await self.api("GET", "/users/current")
        return str(answer.json()["username"]) if answer.status_code == 200 else ""


async def user(application: Application, name: str, **more: Any) -> int:
    """A new user with ``PASSWORD``; the id."""
    return (await application.identity.users.create(name, PASSWORD, email=f"{name}@example.com", **more)).user_id


async def rows(application: Application, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement; of one that changes something, none."""
    async with application.database.begin() as connection:
        result = await connection.execute(text(sql), values)
        return [tuple(row) for row in result] if result.returns_rows else []


async def events(application: Application, resource_type: str = "user") -> list[tuple[Any, ...]]:
    """What was recorded: operation, resource, operator, whether it succeeded."""
    sql = "SELECT operation, resource, operator, succeeded FROM outbox WHERE resource_type = :kind ORDER BY event_id"
    return await rows(application, sql, kind=resource_type)


def cookies_of(answer: httpx2.Response) -> dict[str, list[str]]:
    """The cookies an answer sets, with their attributes."""
    found = {}
    for header in answer.headers.get_list("set-cookie"):
        pair, *attributes = header.split("; ")
        found[pair.partition("=")[0]] = sorted(attributes)
    return found
