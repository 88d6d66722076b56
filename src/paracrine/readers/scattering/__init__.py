"""What the readers of light-scattering instruments share: size classes and signal quality."""
