"""What can go wrong on the way from a register to canonical tables, by who can mend it."""

from linkage.errors import KintraceError


class LoaderError(KintraceError):
    """Root of the loaders' errors."""


class MappingError(LoaderError, ValueError):
    """A mapping file is wrong: for its author, with file, line and key."""

    exit_code = 2


class RegisterError(LoaderError, ValueError):
    """A register's file cannot be read as its mapping says: for the data owner, with file and row."""


class MissingColumnError(RegisterError):
    """A file lacks a column; knows the titles that it has, which are no part of the message."""

    def __init__(self, problem: str, titles: tuple[str, ...] = (), *, where: str = "", hint: str = "") -> None:
        super().__init__(problem, where=where, hint=hint)
        self.titles = titles


class SynthesisError(LoaderError, ValueError):
    """The synthetic Denmark cannot be made as asked."""

    exit_code = 2
