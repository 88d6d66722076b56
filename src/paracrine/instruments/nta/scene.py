"""What a virtual particle-tracking instrument looks at, and with what."""

from __future__ import annotations

from dataclasses import dataclass, field

from paracrine.core.errors import InputError
from paracrine.instruments.nta.contrast.law import ContrastLaw
from paracrine.instruments.nta.contrast.rayleigh import RayleighContrast
from paracrine.instruments.nta.sizes import LognormalSizes, Sizes


@dataclass(frozen=True, slots=True)
class NtaOptics:
    """Beam and objective."""

    pixel_um: float = 0.166
    spot_sigma_px: float = 1.5
    """Root mean square width per axis of a particle at rest in focus."""
    beam_sigma_um: float = 1.9
    """Standard deviation of the beam's intensity along the line of sight."""
    focus_depth_um: float = 2.5
    """Distance from focus at which the spot is wider by the square root of 2."""


@dataclass(frozen=True, slots=True)
class NtaCamera:
    """Sensor: counts are clipped at the highest of `bit_depth` bits."""

    height_px: int = 480
    width_px: int = 640
    frame_rate_hz: float = 25.0
    exposure_s: float = 0.020
    bit_depth: int = 8
    background_counts: float = 12.0
    background_slope_frac: float = 0.0
    """Rise of the background from the left to the right edge over its mean."""
    flicker_frac: float = 0.0
    """Standard deviation of the laser's power from frame to frame."""
    electrons_per_count: float = 1.0
    read_noise_counts: float = 2.0


@dataclass(frozen=True, slots=True)
class NtaMotion:
    """What moves all particles together."""

    drift_x_um_per_s: float = 0.6
    drift_y_um_per_s: float = -0.35
    vibration_um: float = 0.0
    """Amplitude of a common oscillation along x; y has 0.6 of it, out of phase."""
    vibration_hz: float = 7.3


@dataclass(frozen=True, slots=True)
class NtaScene:
    """One recording: population, liquid, optics, camera, motion.

    `brightness_counts` is the peak over the background of a particle of `reference_diameter_nm`, at rest, in focus
    and in the middle of the beam; `contrast` scales it with the diameter.
    """

    sizes: Sizes = field(default_factory=lambda: LognormalSizes(120.0, 1.2))
    concentration_per_ml: float = 1.62e9
    frames_count: int = 749
    temperature_c: float = 25.0
    viscosity_mpas: float = 0.890
    reference_diameter_nm: float = 120.0
    brightness_counts: float = 65.0
    contrast: ContrastLaw = field(default_factory=RayleighContrast)
    optics: NtaOptics = field(default_factory=NtaOptics)
    camera: NtaCamera = field(default_factory=NtaCamera)
    motion: NtaMotion = field(default_factory=NtaMotion)
    substeps_count: int = 8
    """Positions within one exposure."""
    light_steps_count: int | None = None
    """Depths within one exposure that brightness and width follow: 1 keeps both constant, None takes every position."""

    def __post_init__(self) -> None:
        if self.camera.exposure_s * self.camera.frame_rate_hz > 1 + 1e-9:
            raise InputError("the exposure is longer than a frame")
        if self.substeps_count % (self.light_steps_count or self.substeps_count):
            raise InputError("the positions within an exposure must be a multiple of the depths that light follows")
        if self.frames_count < 1 or self.substeps_count < 1:
            raise InputError("a scene needs one frame and one position within it at least")
        if self.concentration_per_ml < 0:
            raise InputError(f"a concentration of {self.concentration_per_ml} per mL")
