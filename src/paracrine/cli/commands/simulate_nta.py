"""`simulate-nta`: raw videos with a known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paracrine.cli.options import Json
from paracrine.cli.screen import print_json, progress_bars


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("simulate-nta")(simulate_nta)


def simulate_nta(
    out: Annotated[Path, typer.Option(help="Folder for the videos.")] = Path("virtual-nta"),
    d50: Annotated[float, typer.Option(help="Median diameter, nm.")] = 120.0,
    spread: Annotated[float, typer.Option(help="Geometric standard deviation of the sizes.")] = 1.2,
    concentration: Annotated[float, typer.Option(help="Particles per mL in the instrument.")] = 1.62e9,
    frames: Annotated[int, typer.Option(help="Frames of each video, 25 a second.")] = 749,
    width: Annotated[int, typer.Option(help="Of a frame, px.")] = 640,
    height: Annotated[int, typer.Option(help="Of a frame, px.")] = 480,
    bits: Annotated[int, typer.Option(help="8 writes AVI; 10, 12, 14 or 16 write TIFF.")] = 8,
    videos: Annotated[int, typer.Option(help="How many.")] = 1,
    seed: Annotated[int, typer.Option(help="Of all randomness.")] = 1,
    json: Json = False,
) -> None:
    """Simulate raw tracking videos of a known population: Brownian motion, drift, defocus, blur, camera noise.

    Each video has its truth beside it: the population, and where every particle was in every frame.

    Example: `paracrine simulate-nta --d50 120 --videos 3 --out virtual-nta`
    """
    from paracrine.bench import open_bench

    with progress_bars(quiet=json) as progress:
        report = open_bench().nta.simulate(
            out,
            d50_nm=d50,
            gsd_ratio=spread,
            concentration_per_ml=concentration,
            frames_count=frames,
            width_px=width,
            height_px=height,
            bit_depth=bits,
            videos_count=videos,
            seed=seed,
            progress=progress,
        )
    if json:
        print_json(report.to_data())
        return
    for video, truth in zip(report.videos, report.truths, strict=True):
        sizes = "no particle" if truth["population_d50_nm"] is None else f"D50 {truth['population_d50_nm']:.4g} nm"
        typer.echo(f"SIMULATED {video}: {sizes} in the liquid; truth in {video.stem}.truth.json and .csv")
    said = report.settings
    options = {
        "--pixel-um": said.pixel_um,
        "--fps": said.frames_per_s,
        "--exposure-ms": said.exposure_ms,
        "--temperature-c": said.temperature_c,
        "--viscosity-mpas": said.viscosity_mpas,
    }
    written = " ".join(f"{name} {value:g}" for name, value in options.items())
    typer.echo(f"Next: paracrine track {' '.join(map(str, report.videos))} {written}")
