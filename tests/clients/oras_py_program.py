"""A program on oras-py, run by ``test_oras_py`` in a process of its own: the library reads ``$HOME`` and logs errors.

``login HOST NAME PASSWORD``, ``push TARGET FILE``, ``pull TARGET DIRECTORY``, ``delete REPOSITORY TAG``; prints the
digest of a manifest that was pushed or pulled.
"""

from __future__ import annotations

import hashlib
import sys

import oras.client
import oras.decorator


def main(action: str, *arguments: str) -> None:
    """Do one thing; whatever the library raises ends the program."""
    # What is refused it tries five times more, and waits two minutes in all.
    oras.decorator.time.sleep = lambda seconds: None
    client = oras.client.OrasClient(insecure=True)
    if action == "login":
        host, name, password = arguments
        client.login(name, password, hostname=host)
    elif action == "push":
        target, file = arguments
        sent = client.push(target, files=[f"{file}:text/plain"], disable_path_validation=True).request.body
        print(digest(sent))
    elif action == "pull":
        target, directory = arguments
        client.pull(target, outdir=directory)
        container = client.get_container(target)
        answer = client.do_request(f"http://{container.manifest_url()}", headers={"Accept": "*/*"})
        print(digest(answer.content))
    elif action == "delete":
        repository, tag = arguments
        client.auth.load_configs(client.get_container(repository))
        if not client.delete_tag(repository, tag):
            sys.exit("not found")
    else:
        sys.exit(f"no such action: {action}")


def digest(content: bytes) -> str:
    """``sha256:...``"""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


if __name__ == "__main__":
    main(*sys.argv[1:])
