"""Checks the house itself: file sizes, and that every top-level package stands in the layer contract."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE_CEILING = 400
TEST_CEILING = 600
OUTSIDE_THE_LAYERS = {"tests", "benchmarks"}


def tracked(*patterns: str) -> list[Path]:
    """Files of the checkout, tracked or new, that match."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def too_long() -> list[str]:
    """Files over their ceiling."""
    found = []
    for path in tracked("*.py", "*.js", "*.css"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        ceiling = TEST_CEILING if path.relative_to(ROOT).parts[0] == "tests" else SOURCE_CEILING
        if lines > ceiling:
            found.append(f"{path.relative_to(ROOT)}: {lines} lines, the ceiling is {ceiling}")
    return found


def outside_the_contract() -> list[str]:
    """Top-level packages the layer contract does not name."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    named = set(settings["root_packages"])
    packages = {path.relative_to(ROOT).parts[0] for path in tracked("*/__init__.py")}
    return [f"{name}: not in the layer contract" for name in sorted(packages - named - OUTSIDE_THE_LAYERS)]


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    wrong = too_long() + outside_the_contract()
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
