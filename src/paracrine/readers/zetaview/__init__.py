"""What the ZetaView readers share: header lines, the size table, the instrument's own quality flags."""
