"""What a recording was made with, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from paracrine.core.errors import InputError
from paracrine.payloads.tracks import Tracks
from paracrine.physics.stokes_einstein import diffusion_um2_per_s


class StatedBy(StrEnum):
    """Where a setting comes from."""

    FILE = "file"
    USER = "user"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Setting:
    """One number of the recording, who states it and how well it is known.

    `relative_standard_uncertainty` 0 means that nobody stated one: it then has no part in any interval.
    `origin` says in plain words where it was found or how it was computed.
    """

    value: float
    stated_by: StatedBy
    relative_standard_uncertainty: float = 0.0
    origin: str = ""

    def __post_init__(self) -> None:
        if not self.relative_standard_uncertainty >= 0:
            raise InputError("a relative standard uncertainty is 0 or more")


@dataclass(frozen=True, slots=True)
class RecordingSettings:
    """Camera and liquid of one recording.

    The relative uncertainty of `temperature_c` is what it makes of a diameter: through the kelvin temperature, and
    through the viscosity where that was computed from the temperature.
    """

    pixel_um: Setting
    frames_per_s: Setting
    exposure_ms: Setting
    temperature_c: Setting
    viscosity_mpas: Setting

    def __post_init__(self) -> None:
        for name in ("pixel_um", "frames_per_s", "viscosity_mpas"):
            if not getattr(self, name).value > 0:
                raise InputError(f"{name} must be above 0, not {getattr(self, name).value}")
        if not 0 <= self.exposure_s <= self.frame_interval_s * (1 + 1e-6):
            raise InputError(
                f"an exposure of {self.exposure_ms.value} ms does not fit into {self.frames_per_s.value} frames per s"
            )
        if not -20 <= self.temperature_c.value <= 110:
            raise InputError(f"{self.temperature_c.value} degrees Celsius is no temperature of a liquid sample")

    @property
    def frame_interval_s(self) -> float:
        """Time from frame to frame, s."""
        return 1 / self.frames_per_s.value

    @property
    def exposure_s(self) -> float:
        """Shutter time, s."""
        return self.exposure_ms.value / 1000

    @property
    def assumed(self) -> tuple[str, ...]:
        """Names of the settings that nobody stated."""
        return tuple(name for name in self.__slots__ if getattr(self, name).stated_by is StatedBy.ASSUMED)

    @property
    def diffusion_nm_um2_per_s(self) -> float:
        """Diffusion coefficient times diameter in this liquid, nm um2/s."""
        return float(
            diffusion_um2_per_s(1.0, temperature_c=self.temperature_c.value, viscosity_mpas=self.viscosity_mpas.value)
        )

    def size_uncertainty(self) -> dict[str, float]:
        """Return the relative standard uncertainty of every diameter by setting; those without one are left out."""
        powers = {"pixel_um": 2.0, "frames_per_s": 1.0, "temperature_c": 1.0, "viscosity_mpas": 1.0}
        parts = {name: power * getattr(self, name).relative_standard_uncertainty for name, power in powers.items()}
        return {name: part for name, part in parts.items() if part > 0}

    def as_text(self) -> dict[str, str]:
        """Return each setting with its origin, for people."""
        return {
            name: f"{getattr(self, name).value:g} ({getattr(self, name).stated_by.value})" for name in self.__slots__
        }


def settings_for(
    tracks: Tracks,
    *,
    temperature_c: Setting,
    viscosity_mpas: Setting,
    pixel_um: float | None = None,
    frames_per_s: float | None = None,
    exposure_ms: float | None = None,
) -> RecordingSettings:
    """Return the settings of a tracked video: what the user says goes before what the file says.

    Args:
        tracks: with the file's own settings where it states them.
        temperature_c: of the liquid.
        viscosity_mpas: of the liquid at that temperature.
        pixel_um: stated by the user.
        frames_per_s: stated by the user.
        exposure_ms: stated by the user.

    Raises:
        InputError: when neither file nor user states a setting of the camera.
    """
    file_rate = None if tracks.frame_interval_s is None else 1 / tracks.frame_interval_s
    file_exposure = None if tracks.exposure_s is None else 1000 * tracks.exposure_s
    return RecordingSettings(
        pixel_um=_chosen("pixel_um", pixel_um, tracks.pixel_um),
        frames_per_s=_chosen("frames_per_s", frames_per_s, file_rate),
        exposure_ms=_chosen("exposure_ms", exposure_ms, file_exposure),
        temperature_c=temperature_c,
        viscosity_mpas=viscosity_mpas,
    )


def _chosen(name: str, user: float | None, file: float | None) -> Setting:
    if user is not None:
        return Setting(user, StatedBy.USER)
    if file is not None:
        return Setting(file, StatedBy.FILE)
    raise InputError(f"the video does not state {name}", hint=f"state {name} of this recording; nothing is guessed")
