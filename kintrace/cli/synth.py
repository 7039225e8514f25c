"""`kintrace synth`."""

from __future__ import annotations

from pathlib import Path

import click

from kintrace.cli.options import json_option, print_json


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--persons", type=click.IntRange(100), default=20_000, show_default=True, help="Population at the start.")
@click.option("--years", type=click.IntRange(1, 40), default=12, show_default=True, help="Years simulated.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed, another country.")
@click.option(
    "--noise",
    type=click.Choice(["clean", "typical", "harsh"]),
    default="typical",
    show_default=True,
    help="How badly the registers are kept.",
)
@json_option
def synth(out: Path, persons: int, years: int, seed: int, noise: str, as_json: bool) -> None:
    """Make a synthetic Denmark in OUT: registers, mappings, kintrace.toml and the truth.

    Nobody in it exists: CPR numbers have an impossible month. Rebuild it with `kintrace rebuild OUT`.
    """
    from loaders.synth import Noise, SynthSettings, make_denmark

    settings = SynthSettings(persons=persons, years=years, seed=seed, noise=Noise(noise))
    report = make_denmark(out, settings, progress=lambda text: click.echo(text, err=True))
    if as_json:
        print_json({"out": str(out), **report.to_json()})
    else:
        click.echo(f"Synthetic Denmark in {out}. Next: kintrace rebuild {out}")
