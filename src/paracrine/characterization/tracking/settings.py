"""What a user may set about tracking; everything else is learnt from the video."""

from __future__ import annotations

from dataclasses import dataclass

from paracrine.core.errors import InputError


@dataclass(frozen=True, slots=True)
class TrackingSettings:
    """Settings of detection and linking.

    Attributes:
        spot_diameter_px: rough diameter of a spot as the eye sees it; the true width is learnt from bright spots.
        threshold_ratio: lowest matched-filter response over its noise that counts as a spot on its own.
        faint_ratio: lowest response of a spot that is kept because its track confirms it.
        dark_spots: whether particles are darker than the background (bright field).
        still_removed: whether what never moves (stuck particles, dust) is taken away first.
        memory_frames: frames a particle may go unseen within one track.
        most_spots_per_frame: search ends there; such a video is too dense to track.
        shutter_frac: share of the frame interval during which light is taken; the weights of the fits rest on it.
    """

    spot_diameter_px: float = 9.0
    threshold_ratio: float = 5.2
    faint_ratio: float = 4.6
    dark_spots: bool = False
    still_removed: bool = False
    memory_frames: int = 2
    most_spots_per_frame: int = 3000
    shutter_frac: float = 0.5

    def __post_init__(self) -> None:
        if not 3 <= self.spot_diameter_px <= 60:
            raise InputError(f"a spot diameter of {self.spot_diameter_px} px; 3 to 60 px can be found")
        if not 3 <= self.faint_ratio <= self.threshold_ratio:
            raise InputError("the faint threshold lies between 3 and the threshold")
        if not 0 <= self.shutter_frac <= 1:
            raise InputError(f"an open shutter for {self.shutter_frac} of the frame interval; 0 to 1 is possible")
        if self.memory_frames < 0 or self.most_spots_per_frame < 1:
            raise InputError("memory must be 0 or more frames, spots per frame at least 1")


@dataclass(frozen=True, slots=True)
class SpotModel:
    """What the detector knows about the spots and the noise of one video.

    Attributes:
        variance_px2: usual variance of a spot per axis, motion blur included.
        stiffness: inverse squared relative spread of that variance.
        variance_per_count: variance that light adds per count (photon noise), 0 where it cannot be learnt.
        misfit_ratio: squared relative error of the Gaussian shape.
        light_noise_ratio: noise of light in the fits over photon noise; more than 1 where particles move within an
            exposure.
        noise_variance: variance of a pixel of the empty background; 0 where it is measured in each frame.
        spots_count: bright lone spots it was learnt from; 0 means the diameter set by the user.
    """

    variance_px2: float
    stiffness: float = 8.0
    variance_per_count: float = 0.0
    misfit_ratio: float = 0.01
    light_noise_ratio: float = 1.0
    noise_variance: float = 0.0
    spots_count: int = 0

    @property
    def filter_sigma_px(self) -> float:
        """Width of the matched filter: sharper than the spot, so that close pairs stay apart."""
        return float(0.68 * self.variance_px2**0.5)

    @property
    def binning_px(self) -> int:
        """Pixels summed along each axis before the search; localisation uses every pixel."""
        return max(1, int(self.filter_sigma_px / 0.6))
