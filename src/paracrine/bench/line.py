"""The line: verbs on a production line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paracrine.core.errors import InputError

if TYPE_CHECKING:
    from paracrine.bench.line_report import LineReport
    from paracrine.production.design import LineDesign


class LineBench:
    """Design, run, compare and improve a production line (`bench.line`)."""

    def examples(self) -> tuple[str, ...]:
        """List the example lines that ship with the package."""
        folder = _examples()
        return tuple(sorted(path.stem for path in folder.glob("*.toml")))

    def write_example(self, name: str, out: str | Path) -> Path:
        """Write an example line to a file, ready to be edited.

        Raises:
            UnknownName: when there is no such example.
            InputError: when the file is there already or cannot be written.
        """
        from paracrine.bench.outputs import write_outputs
        from paracrine.core.catalog import nearest
        from paracrine.core.errors import UnknownName

        if name not in self.examples():
            raise UnknownName(f"no example line called {name!r}", hint=nearest(name, self.examples()))
        target = Path(out)
        if target.exists():
            raise InputError("there is such a file already", where=str(target), hint="choose another name")
        write_outputs(target.parent, {target.name: (_examples() / f"{name}.toml").read_bytes()})
        return target

    def read(self, path: str | Path) -> LineDesign:
        """Read a line from its TOML file.

        Raises:
            InputError: naming the key and the reason.
        """
        from paracrine.bench.line_form import read_line

        return read_line(Path(path))

    def run(
        self, line: str | Path | LineDesign, *, draws: int = 1000, seed: int = 1, out: str | Path | None = None
    ) -> LineReport:
        """Run a line: particles by origin, losses, protein, hours and cost, with their bands.

        Args:
            line: TOML file or design.
            draws: Monte Carlo draws.
            seed: of the draws.
            out: folder for the page; None writes none.

        Raises:
            InputError: when the line makes no sense.
            LimitError: when a step is asked beyond a limit that was typed.
        """
        from paracrine.bench.line_report import LineReport
        from paracrine.production.line import run_line

        result = run_line(self._design(line), draws_count=draws, seed=seed)
        return LineReport(result)

    def _design(self, line: str | Path | LineDesign) -> LineDesign:
        from paracrine.production.design import LineDesign

        return line if isinstance(line, LineDesign) else self.read(line)


def _examples() -> Path:
    return Path(__file__).parent.parent / "production" / "examples"
