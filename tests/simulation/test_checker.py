"""The checker is code of its own: it shares nothing with what it judges."""

import ast
from pathlib import Path

HERE = Path(__file__).resolve().parent


def imports(module: str) -> set[str]:
    """Everything that a module of this folder imports, and what that imports."""
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    ours = {name.rpartition(".")[2] for name in found if name.startswith("tests.simulation.")}
    return found.union(*(imports(name) for name in ours))


def test_the_checker_knows_nothing_of_the_product() -> None:
    known = {name.partition(".")[0] for name in imports("checker")}

    assert "tests" in known
    assert not known & {"bot", "storage", "adapters", "zoneinfo", "sqlite_utils"}
