"""The one tree of exceptions; every package hangs its own below the root.

    KintraceError
    ├── TableError          a table breaks its declared schema           (programmer or mapper)
    ├── LinkageError        records that cannot be linked as asked       (analyst)
    ├── loaders.errors      MappingError, RegisterError, ConfigError     (data owner, mapper)
    ├── graph.errors        SnapshotError, GrantError, Neo4jError, CypherRefusedError
    └── kintrace.errors     RunError, ...                                (operator)

Messages are built by the constructor from what is wrong, where, and what to do, so that no call
site can forget the last part. Messages never hold personal data: they name places, not values.
"""


class KintraceError(Exception):
    """Anything the product refuses or cannot do, with where and what to do about it."""

    exit_code: int = 1
    """Exit status of the command line when this error ends a command."""

    def __init__(self, problem: str, *, where: str = "", hint: str = "") -> None:
        self.problem = problem
        self.where = where
        self.hint = hint
        super().__init__(problem, where, hint)

    def __str__(self) -> str:
        """One line: where, what is wrong, what to do.

        >>> str(KintraceError("no such column: NAVN", where="a.toml, line 3", hint="did you mean NAME?"))
        'a.toml, line 3: no such column: NAVN (did you mean NAME?)'
        """
        head = f"{self.where}: " if self.where else ""
        tail = f" ({self.hint})" if self.hint else ""
        return f"{head}{self.problem}{tail}"


class TableError(KintraceError, ValueError):
    """A table lacks a column, has one of the wrong type, or holds a null where none may be."""


class LinkageError(KintraceError, ValueError):
    """Records cannot be linked as asked: no usable columns, an unknown kind, nothing to compare."""
