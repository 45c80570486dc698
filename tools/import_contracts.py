"""The import rule that import-linter does not bring: the rooms of a package.

Used by ``lint-imports`` through ``[tool.importlinter]`` in ``pyproject.toml``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter import Contract, ContractCheck, output

if TYPE_CHECKING:
    from grimp import ImportGraph


class RoomsContract(Contract):
    """``queries`` of a package are imported only inside that package, and there not by its ``routes``.

    So SQL stays behind the use cases: whoever needs another feature asks its ``service``, and a handler
    cannot reach past it.
    """

    type_name = "rooms"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import of a ``queries`` module that the rule forbids is a violation."""
        violations = sorted(
            (importer, queries)
            for queries in graph.modules
            if queries.rpartition(".")[2] == "queries"
            for importer in graph.find_modules_that_directly_import(queries)
            if not _allowed(importer, queries)
        )
        return ContractCheck(kept=not violations, metadata={"violations": violations})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each forbidden import."""
        for importer, queries in check.metadata["violations"]:
            output.print_error(f"{importer} imports {queries}: ask its service instead")


def _allowed(importer: str, queries: str) -> bool:
    package = queries.rpartition(".")[0]
    return importer.startswith(package + ".") and importer.rpartition(".")[2] != "routes"
