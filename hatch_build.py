"""Build hook: message catalogues are compiled while the wheel is built, so that no `.mo` file is committed."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = ("passes/translations/*/LC_MESSAGES/messages.po", "checkpoint/translations/*/LC_MESSAGES/messages.po")


def compile_catalogues(root: Path) -> list[Path]:
    """Compile every catalogue below ``root`` whose `.mo` is missing or older than its `.po`.

    Args:
        root: the project's folder.

    Returns:
        The `.mo` files, compiled now or earlier.
    """
    compiled = []
    for pattern in CATALOGUES:
        for source in sorted(root.glob(pattern)):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                with source.open("rb") as reader:
                    catalogue = read_po(reader, locale=source.parents[1].name)
                with target.open("wb") as writer:
                    write_mo(writer, catalogue)
            compiled.append(target)
    return compiled


class CatalogueBuildHook(BuildHookInterface):
    """Compiles the catalogues before hatchling collects the wheel's files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and name the compiled files as artifacts (git ignores them, the wheel must not)."""
        del version
        root = Path(self.root)
        build_data["artifacts"].extend(f"/{path.relative_to(root).as_posix()}" for path in compile_catalogues(root))


if __name__ == "__main__":
    compile_catalogues(Path(__file__).parent)
