"""``moorage tag``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from moorage.cli.context import ConfigOption, DataOption, NotAllowed, Target, UrlOption, run
from moorage.cli.output import Output, OutputOption, print_list

if TYPE_CHECKING:
    from moorage.cli.context import CommandServices
    from moorage.lifecycle.models import TagLifetime

app = typer.Typer(help="Show what tags named, and let them name it again.", no_args_is_help=True, add_completion=False)


@app.command()
def history(
    reference: Annotated[str, typer.Argument(metavar="PROJECT/REPOSITORY[:TAG]", help="Whose tags, or which tag.")],
    output: OutputOption = Output.TABLE,
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Show what the tags of a repository named and name, the latest change first."""
    repository, _, tag = reference.partition(":")

    async def work(services: CommandServices) -> list[TagLifetime]:
        from moorage.database.listing import ALL, Exact

        query = ALL.where(("tag", Exact(tag))) if tag else ALL
        return (await services.tag_history.list(repository, query))[1]

    headings = {
        "name": "Tag",
        "digest": "Digest",
        "operation": "By",
        "operator": "Who",
        "start_time": "From",
        "end_time": "Until",
        "end_operation": "Ended by",
        "end_operator": "Who ended it",
        "trash_id": "Deletion",
    }
    print_list([asdict(one) for one in run(Target(config, data, database_url), work)], headings, output)


@app.command()
def revert(
    reference: Annotated[str, typer.Argument(metavar="PROJECT/REPOSITORY:TAG", help="The tag.")],
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="What it shall name again.")],
    config: ConfigOption = None,
    data: DataOption = None,
    database_url: UrlOption = None,
) -> None:
    """Let a tag name again what it named before."""
    from moorage.oci.names import check_digest, check_tag

    repository, colon, tag = reference.partition(":")
    if not colon:
        raise NotAllowed("name the tag as well: PROJECT/REPOSITORY:TAG")
    check_tag(tag)
    check_digest(digest)

    async def work(services: CommandServices) -> bool:
        return await services.tag_history.revert(repository, tag, digest)

    changed = run(Target(config, data, database_url), work)
    typer.echo(f"{reference} names {digest} {'again' if changed else 'already'}.")
