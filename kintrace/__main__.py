"""`python -m kintrace` is the `kintrace` command."""

from kintrace.cli import main

if __name__ == "__main__":
    main(prog_name="kintrace")
