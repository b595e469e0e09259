"""A contract for import-linter: who may import what is neither ours nor in the standard library."""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils
from importlinter.application.contract_utils import AlertLevel


class LibrariesContract(Contract):
    """Refuses every import from outside that ``allowed_imports`` does not name, and every line of
    it that nobody needs any more. Tests and scripts of this repository are outside, too."""

    type_name = "libraries"
    allowed_imports = fields.SetField(subfield=fields.ImportExpressionField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        allowed: Any = self.allowed_imports
        contract_utils.remove_ignored_imports_and_report(
            graph=graph, ignore_imports=allowed, unmatched_alerting=AlertLevel.ERROR
        )
        known = {*sys.stdlib_module_names, *self.session_options["root_packages"]}
        wrong = [
            (importer, imported)
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.partition(".")[0] not in known
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["wrong"]:
            output.print_error(f"{importer} -> {imported}", bold=False)
