"""`depth`: how deep an instrument looks, by beads of known concentration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import Json
from paracrine.cli.screen import print_json


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("depth")(depth)


def depth(
    folder: Annotated[Path, typer.Argument(help="What `paracrine track` wrote for the bead video.")],
    per_ml: Annotated[str, typer.Option(help="Beads in the instrument, best with its 95 % interval: 1.2e9±1e8.")],
    bead_nm: Annotated[float, typer.Option(help="Diameter of the beads, nm.")],
    bead_index: Annotated[float | None, typer.Option(help="Refractive index of the beads, 1.59 polystyrene.")] = None,
    json: Json = False,
) -> None:
    """Say in what depth beads of known concentration were seen; with it, other videos give particles per mL.

    The same instrument, camera settings and detection threshold are needed for both.

    Example: `paracrine depth tracked/beads.avi --per-ml 1.2e9±1e8 --bead-nm 100 --bead-index 1.59`
    """
    from paracrine.bench import open_bench

    found = open_bench().nta.depth(folder, per_ml=per_ml, bead_nm=bead_nm, bead_index=bead_index)
    if json:
        print_json(found.to_data())
    else:
        typer.echo(found.headline)
        typer.echo(f"  paracrine track SAMPLE {found.options} …")
