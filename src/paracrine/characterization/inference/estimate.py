"""Percentiles of one tracked video without bands: what a live view or a search over settings needs, in a fraction."""

from __future__ import annotations

from dataclasses import dataclass

from paracrine.characterization.inference.analyse import AnalysisOptions
from paracrine.characterization.inference.diffusion import measure_steps
from paracrine.characterization.inference.localisation import fit_localisation
from paracrine.characterization.inference.population import fit_population, weigh_sizes
from paracrine.characterization.inference.selection import FEWEST_SPOTS, count_spots, fit_whole_population
from paracrine.characterization.inference.settings import RecordingSettings
from paracrine.payloads.size_distribution import FloatArray
from paracrine.payloads.tracks import Tracks


@dataclass(frozen=True, slots=True, eq=False)
class SizeEstimate:
    """D10, D50 and D90 without intervals, each shape (3,), nm; the same numbers as those of `analyse_tracks`.

    Attributes:
        tracked_nm: of the tracked particles.
        whole_nm: of all particles above the detection limit; None where the video does not tell.
    """

    tracked_nm: FloatArray
    whole_nm: FloatArray | None


def estimate_sizes(tracks: Tracks, settings: RecordingSettings, options: AnalysisOptions | None = None) -> SizeEstimate:
    """Estimate the percentiles of one tracked video.

    Args:
        tracks: linked spots with their uncertainties and the common motion.
        settings: camera and liquid.
        options: as for `analyse_tracks`; `resamples` plays no part.

    Raises:
        LimitError: when there are fewer than 20 tracks.
    """
    chosen = options or AnalysisOptions()
    steps = measure_steps(
        tracks,
        pixel_um=settings.pixel_um.value,
        frame_interval_s=settings.frame_interval_s,
        exposure_s=settings.exposure_s,
        fewest_spots=chosen.fewest_spots,
        longest_gap_frames=1,
    )
    sizes = weigh_sizes(
        steps,
        noise_scale=fit_localisation(steps).noise_scale,
        temperature_c=settings.temperature_c.value,
        viscosity_mpas=settings.viscosity_mpas.value,
        threads=chosen.threads,
    )
    population = fit_population(sizes)
    spots = count_spots(tracks, steps, pixel_um=settings.pixel_um.value, exposure_s=settings.exposure_s)
    if spots.track.size < FEWEST_SPOTS or chosen.saturated_share > 0.5:
        return SizeEstimate(population.percentiles_nm(), None)
    whole = fit_whole_population(
        sizes,
        population,
        spots,
        chosen.law,
        diffusion_nm_um2_per_s=settings.diffusion_nm_um2_per_s,
        seed=chosen.seed,
        resamples=0,
        threads=chosen.threads,
    )
    return SizeEstimate(population.percentiles_nm(), whole.percentiles_nm())
