"""What a person reads once the server answers."""

from __future__ import annotations

from collections.abc import Collection

from moorage import __version__

ADMIN = "admin"


def banner(url: str, roles: Collection[str], generated_password: str | None) -> str:
    """The address, who may log in, and how to push a first image.

    ``generated_password`` is given at the first start only; nothing keeps it.
    """
    ready = f"Moorage {__version__} is ready on {url}"
    if set(roles) == {"portal"}:
        return f"{ready}: the portal alone"
    host = url.partition("://")[2].rstrip("/")
    lines = [ready, f"  admin user      {ADMIN}"]
    if generated_password:
        lines.append(f"  admin password  {generated_password}   (generated; shown only this once)")
    lines += [
        "Push your first image:",
        f"  docker login {host} --username {ADMIN}",
        f"  docker tag hello-world {host}/library/hello && docker push {host}/library/hello",
    ]
    return "\n".join(lines)
