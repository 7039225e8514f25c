"""The command line: one module per group of commands, loaded when it is asked for.

`kintrace --help` must not import numba or a database driver, so the group maps each command to the
module that holds it.
"""

from kintrace.cli.group import main

__all__ = ["main"]
