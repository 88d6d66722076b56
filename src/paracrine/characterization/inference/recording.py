"""Settings of one raw video: from the file where it states them, else from a person, else refused."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from paracrine.characterization.inference.count import LookDepth
from paracrine.characterization.inference.scattering_law import ScatteringLaw
from paracrine.characterization.inference.settings import RecordingSettings, Setting, StatedBy
from paracrine.characterization.inference.stated import Stated, parse_stated
from paracrine.characterization.tracking.settings import TrackingSettings
from paracrine.core.catalog import nearest
from paracrine.core.errors import InputError
from paracrine.core.notice import Notice, Severity
from paracrine.core.plan import VideoSettings
from paracrine.facts.diluents import Diluent, find_diluent
from paracrine.payloads.video import Video
from paracrine.physics.stokes_einstein import ZERO_CELSIUS_K
from paracrine.physics.viscosity import water_viscosity_mpas

CAN_BE_ASSUMED = (
    "pixel_um", "frames_per_s", "exposure_ms", "temperature_c", "viscosity_mpas", "diluent", "depth_um"
)  # fmt: skip
NEEDED = ("pixel_um", "frames_per_s", "exposure_ms", "temperature_c")
LOWEST_THRESHOLD = 3.5
"""Below this multiple of its noise the detector finds noise."""
_DIFFERS_FROM = 0.01
_CAMERA_WORDS = {"pixel_um": "pixel size in um", "frames_per_s": "frames per s", "exposure_ms": "exposure in ms"}


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything an analysis takes from forms and file.

    Attributes:
        settings: camera and liquid with origins.
        tracking: thresholds and spot size.
        law: scattering law.
        depth: depth that is looked into, None where nobody states it.
        fewest_spots: shorter tracks are not analysed; None takes the usual.
        notices: doubts about the settings.
    """

    settings: RecordingSettings
    tracking: TrackingSettings
    law: ScatteringLaw
    depth: LookDepth | None
    fewest_spots: int | None
    notices: tuple[Notice, ...]


def settle_recording(video: Video, said: VideoSettings) -> Recording:
    """Return the settings of a video; what a person says goes before what the file says.

    Args:
        video: with the settings its file states.
        said: what a person states or assumes.

    Raises:
        InputError: when a setting is stated by nobody, contradicts another or makes no sense.
        UnknownName: when the diluent is not known.
    """
    require_sense(said)
    stated_by_file = {
        "pixel_um": video.pixel_um,
        "frames_per_s": video.frame_rate_hz,
        "exposure_ms": None if video.exposure_s is None else 1000 * video.exposure_s,
    }
    notices: list[Notice] = []
    camera = {name: _camera_setting(name, said, value, notices) for name, value in stated_by_file.items()}
    if said.frames_per_s is None and not video.encoding.startswith("TIFF"):
        notices.append(_playback_rate(camera["frames_per_s"].value))
    temperature, viscosity = _liquid(said, notices)
    settings = RecordingSettings(**camera, temperature_c=temperature, viscosity_mpas=viscosity)
    return Recording(settings, _tracking(said, settings), _law(said), _depth(said), said.fewest_spots, tuple(notices))


def require_sense(said: VideoSettings) -> None:
    """Refuse settings that cannot be meant, before any video is opened.

    Raises:
        InputError: naming the setting.
    """
    for name in said.assumed:
        if name not in CAN_BE_ASSUMED:
            raise InputError(f"{name!r} cannot be marked as assumed", hint=nearest(name, CAN_BE_ASSUMED))
        if getattr(said, name) in (None, ""):
            raise InputError(f"{name} is marked as assumed and has no value", hint=f"state the assumed {name} too")
    if said.viscosity_mpas is not None and said.diluent:
        raise InputError("viscosity_mpas and diluent are both stated", hint="state one of them")
    for name in (*NEEDED, "viscosity_mpas", "depth_um"):
        number = getattr(said, name)
        lowest = -ZERO_CELSIUS_K if name == "temperature_c" else 0.0
        if number is not None and not parse_stated(name, number).value > lowest:
            raise InputError(f"{name} must be above {lowest:g}, not {number}")
    if said.depth_um is not None and parse_stated("depth_um", said.depth_um).standard_uncertainty == 0:
        raise InputError(
            "depth_um has no interval, and nobody knows a depth exactly", hint="write 5±1 or 4..6 (95 % interval)"
        )
    if said.depth_bead_diameter_nm is not None and said.depth_um is None:
        raise InputError("depth_bead_diameter_nm needs depth_um, the depth that the beads gave")
    if said.depth_bead_refractive_index is not None and said.depth_bead_diameter_nm is None:
        raise InputError("depth_bead_refractive_index needs depth_bead_diameter_nm, the size of these beads")
    if said.fewest_spots is not None and said.fewest_spots < 3:
        raise InputError(f"tracks of {said.fewest_spots} spots have no size; 3 at least")
    if said.diluent:
        find_diluent(said.diluent)


def _camera_setting(name: str, said: VideoSettings, by_file: float | None, notices: list[Notice]) -> Setting:
    number = getattr(said, name)
    if number is None:
        if by_file is None:
            option = {"frames_per_s": "fps"}.get(name, name.replace("_", "-"))
            raise InputError(
                f"the video does not state its {_CAMERA_WORDS[name]}",
                hint=f"state {name} (--{option}); if nobody knows it, mark it: --assumed {name}",
            )
        return Setting(by_file, StatedBy.FILE, origin="stated by the file")
    stated = parse_stated(name, number)
    if by_file is not None and abs(stated.value / by_file - 1) > _DIFFERS_FROM:
        notices.append(
            Notice(
                code="setting-differs-from-file",
                message=f"{name}: the file says {by_file:g}, {stated.value:g} was stated and is used",
                concerns=name,
                action="check which one belongs to this recording",
            )
        )
    return _of_person(name, said, stated, stated.relative)


def _of_person(name: str, said: VideoSettings, stated: Stated, relative: float) -> Setting:
    known = f", {getattr(said, name)} at 95 %" if stated.standard_uncertainty else ", without an interval"
    if name in said.assumed:
        return Setting(stated.value, StatedBy.ASSUMED, relative, origin=f"assumed: nobody measured it{known}")
    return Setting(stated.value, StatedBy.USER, relative, origin=f"stated by the user{known}")


def _playback_rate(frames_per_s: float) -> Notice:
    return Notice(
        code="frame-rate-from-header",
        message=f"{frames_per_s:g} frames per s is what the file's header says; some programs write a playback rate",
        severity=Severity.NOTE,
        concerns="frames_per_s",
        action="state the rate of the recording",
    )


def _liquid(said: VideoSettings, notices: list[Notice]) -> tuple[Setting, Setting]:
    if said.temperature_c is None:
        raise InputError(
            "nobody states the temperature of the liquid",
            hint="state temperature_c (--temperature-c); if nobody measured it, mark it: --assumed temperature_c",
        )
    warmth = parse_stated("temperature_c", said.temperature_c)
    kelvin = warmth.standard_uncertainty / (warmth.value + ZERO_CELSIUS_K)
    if said.viscosity_mpas is not None:
        thick = parse_stated("viscosity_mpas", said.viscosity_mpas)
        return (
            _of_person("temperature_c", said, warmth, kelvin),
            _of_person("viscosity_mpas", said, thick, thick.relative),
        )
    if not said.diluent:
        raise InputError(
            "nobody states the viscosity of the liquid",
            hint="state viscosity_mpas (--viscosity-mpas), or the diluent it is computed from (--diluent pbs)",
        )
    diluent = find_diluent(said.diluent)
    water = water_viscosity_mpas(warmth.value)
    # Warmer liquid is thinner too, and both raise the diameter: the two effects add.
    slope = math.log(water / water_viscosity_mpas(warmth.value + 0.1)) / 0.1
    temperature = _of_person("temperature_c", said, warmth, kelvin + slope * warmth.standard_uncertainty)
    assumed = "diluent" in said.assumed or temperature.stated_by is StatedBy.ASSUMED
    viscosity = Setting(
        water * diluent.viscosity_ratio,
        StatedBy.ASSUMED if assumed else StatedBy.USER,
        diluent.relative_standard_uncertainty,
        origin=_viscosity_origin(diluent, warmth.value, assumed="diluent" in said.assumed),
    )
    if diluent.grade == "assumption":
        notices.append(
            Notice(
                code="diluent-viscosity-assumed",
                message=f"{diluent.title} is taken as {diluent.viscosity_ratio:g} times as viscous as water, "
                f"± {200 * diluent.relative_standard_uncertainty:g} %",
                severity=Severity.NOTE,
                concerns="viscosity_mpas",
                action="measure the viscosity of the diluent and state it",
            )
        )
    return temperature, viscosity


def _viscosity_origin(diluent: Diluent, temperature_c: float, *, assumed: bool) -> str:
    ratio = "" if diluent.viscosity_ratio == 1 else f"{diluent.viscosity_ratio:g} × "
    word = "assumed diluent" if assumed else "diluent"
    return f"{word} {diluent.title}: {ratio}water at {temperature_c:g} °C ({diluent.source})"


def _tracking(said: VideoSettings, settings: RecordingSettings) -> TrackingSettings:
    open_frac = min(settings.exposure_s / settings.frame_interval_s, 1.0)
    chosen = TrackingSettings(dark_spots=said.dark_spots, still_removed=said.still_removed, shutter_frac=open_frac)
    if said.spot_diameter_px is not None:
        chosen = replace(chosen, spot_diameter_px=said.spot_diameter_px)
    return chosen if said.threshold_ratio is None else with_threshold(chosen, said.threshold_ratio)


def with_threshold(tracking: TrackingSettings, threshold_ratio: float) -> TrackingSettings:
    """Return the settings at another detection threshold; the threshold of faint spots follows in proportion.

    Raises:
        InputError: when the threshold is below what noise alone reaches.
    """
    usual = TrackingSettings()
    if not threshold_ratio >= LOWEST_THRESHOLD:
        raise InputError(
            f"a detection threshold of {threshold_ratio:g} times the noise finds noise",
            hint=f"take 4 or more; the usual one is {usual.threshold_ratio:g}",
        )
    faint = max(3.0, threshold_ratio * usual.faint_ratio / usual.threshold_ratio)
    return replace(tracking, threshold_ratio=threshold_ratio, faint_ratio=faint)


def _law(said: VideoSettings) -> ScatteringLaw:
    usual = ScatteringLaw()
    if said.refractive_index is None and said.refractive_index_spread is None:
        return usual
    return replace(
        usual,
        refractive_index=usual.refractive_index if said.refractive_index is None else said.refractive_index,
        refractive_index_spread=usual.refractive_index_spread
        if said.refractive_index_spread is None
        else said.refractive_index_spread,
        stated_by="user",
    )


def _depth(said: VideoSettings) -> LookDepth | None:
    if said.depth_um is None:
        return None
    stated = parse_stated("depth_um", said.depth_um)
    beads = said.depth_bead_diameter_nm
    by = "beads" if beads is not None else "an assumption" if "depth_um" in said.assumed else "the user"
    return LookDepth(
        stated.value, stated.relative, beads, said.depth_bead_refractive_index, stated_by=by, shared_id="look depth"
    )
