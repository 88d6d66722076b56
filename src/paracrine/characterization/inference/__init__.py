"""From tracks to sizes: diffusion of each track, the population behind them, what was not seen, counts."""
