"""The command line: a command is a few lines over one bench verb."""

from __future__ import annotations


def main() -> None:
    """Run `paracrine`."""
    from paracrine.cli.app import run_app

    run_app()
