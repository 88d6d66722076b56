"""Header of a ZetaView size export, line by line, as its versions write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paracrine.physics.viscosity import water_viscosity_mpas

if TYPE_CHECKING:
    from paracrine.instruments.zetaview import ZetaViewExport

# Keys that 8.06.01 has and 8.05.16 has not; the place of each in the file is not documented.
_NEW_IN_8_06 = (
    ("TempControl", "1"),
    ("SetTemperature", "{temperature:f}"),
    ("Positions", "11"),
    ("Concentration Correction Factor", "1.000000"),
    ("Multi-Threshold", "0"),
    ("MultipleAcquisition", "0"),
    ("NumberOfExperiments", "1"),
    ("DelayTime", "0.000000"),
    ("LowBleach", "0"),
    ("LowBleachVolume", "0.000000"),
    ("DoseSubVolume", "0.000000"),
    ("SubVolumePump", "0.000000"),
    ("OscillatorFrames", "0"),
)


def header_lines(export: ZetaViewExport, medians_nm: list[float]) -> list[str]:
    """Return the lines above `Size Distribution`, with a decimal point.

    Args:
        export: the simulated run.
        medians_nm: by number, concentration and volume; zeros for an aborted run.
    """
    return [*_sample(export), *_measurement(export), *_optics(), *_geometry(), *_results(export, medians_nm)]


def _sample(export: ZetaViewExport) -> list[str]:
    full = {"8.05.16": "8.05.16 SP3", "8.06.01": "8.06.01"}[export.version]
    temperature = export.session.temperature_c
    new = export.version.startswith("8.06")
    return [
        f"Original File:\t{export.sample}_size_488.avi\tSection:\t0.1 [0]",
        "Operator:\t",
        f"Experiment:\t{export.sample}",
        "ZetaView S/N:\t00-000",
        "Cell S/N:\t000-000-00-000-000-0",
        f"Software:\tZetaView (version {full})\tAnalyze:\t{full}",
        "SOP:\tEV_488",
        f"Sample:\t{export.sample}",
        "Electrolyte:\tPBS",
        "pH:\t7.000000\tentered",
        f"Conductivity:{' ' if new else chr(9)}14912.000000\tsensed",
        f"Temperature:\t{temperature:f}\tsensed",
        f"Viscosity:\t{water_viscosity_mpas(temperature):f}",
        f"Date:\t{export.measured_at:%Y-%m-%d}",
        f"Time:\t{export.measured_at:%H:%M:%S}",
        "General Remarks:\tSIMULATED by Paracrine; no instrument was used",
        "Remarks:\t",
        "Sample Info 1:\t",
        "Sample Info 2:\t",
        "Sample Info 3:",
        *(f"{key}:\t{value.format(temperature=temperature)}" for key, value in (_NEW_IN_8_06 if new else ())),
    ]


def _measurement(export: ZetaViewExport) -> list[str]:
    in_view = export.average_particles
    return [
        "Scattering Intensity:\t33.000000",
        f"Detected Particles:\t{in_view:.0f}",
        f"Particle Drift Checked:\t{export.measured_at:%Y-%m-%d} 08:40:11",
        "Particle Drift Check Result:\tGood",
        f"Cell Checked:\t{export.measured_at:%Y-%m-%d} 08:32:54",
        "Cell Check Result:\tVery Good",
        "Type of Measurement:\tSize Distribution",
        "Microscope Position:\t0.100001",
        f"Number of Traces:\t{export.traces_count}\t(at 0.100000)\tAverage Number of Particles:\t{in_view:f}"
        f"\tDilution::\t{export.dilution_factor:f}",
        "Image Evaluation:",
        "Minimum Brightness:\t30",
        "Minimum Area:\t10",
        "Maximum Area:\t1000",
        "Maximum Brightness:\t255",
        "Tracking Radius2:\t100",
        "Minimum Tracelength:\t15",
        "Begin New Traces:\t1",
        "PSD log Correction:\t0",
    ]


def _optics() -> list[str]:
    return [
        "Camera:\tFpSec 30 #Cycles 2 FRate 30.000000",
        "Sensitivity:\t80.000000",
        "Gain:\t28.800000",
        "Offset:\t0.000000",
        "Shutter:\t100.000000",
        "Brightness:\tNaN",
        "Gamma:\tNaN",
        "Auto Exposure:\tNaN",
        "Camera Trigger Mode:\tCamera Frequency",
        "Camera Trigger Duration µs:\tShutter Duration",
        "Camera Trigger Delay µs:\t0",
        "Laser Wavelength nm:\t488.000000",
        "Filter Wavelength nm:\tScatter",
    ]


def _geometry() -> list[str]:
    return [
        "Position:\t0.100001",
        "actual Microscope:\t-118000\t(Pos\t0.100001)",
        "actual Laser:\t-227000",
        "Position0 Microscope:\t-125000",
        "Position0 Laser:\t-237000",
        "Position1 Microscope:\t-50000",
        "Position1 Laser:\t-137000",
        "Cell Thickness (Microscope Steps):\t-75000",
        "Cell Thickness (Laser Steps):\t-100000",
        "SL1 (Stationary Layer 1):\t0.149500",
        "SL2 (Stationary Layer 2):\t0.850500",
        "Cell parameter:",
        "Cell#:\tSIMULATED",
        "Micrometer per Pixel:\t0.714000",
        "Reference Electrode Distance:\t5.150000",
        "Voltage:\t0.000000",
        "Polarity:\t1",
        "Reference Voltage:\t0.000000",
        "Microscope Magnification:\tx10",
        "ZP Factor:\t13.231712 (Smoluchowski)",
    ]


def _results(export: ZetaViewExport, medians_nm: list[float]) -> list[str]:
    number, concentration, volume = medians_nm
    return [
        "Results (Pos 0.100001):",
        f"Median Number (D50):\t{number:f}",
        f"Median Concentration (D50):\t{concentration:f}",
        f"Median Volume (D50):\t{volume:f}",
    ]
