"""What can go wrong around a run: for the operator and the person at the terminal."""

from linkage.errors import KintraceError


class ConfigError(KintraceError, ValueError):
    """`kintrace.toml` is missing or wrong."""

    exit_code = 2


class RunError(KintraceError):
    """A run cannot start, resume, be found or be published."""


class HeldBackError(RunError):
    """An extract breaks what its register's mapping expects, and nobody has accepted it."""

    exit_code = 3


class NoSuchRunError(RunError, LookupError):
    """The run asked for is not there."""

    exit_code = 2


class TruthError(KintraceError, ValueError):
    """A run and a truth folder do not belong together, or the truth is damaged."""

    exit_code = 2


class LedgerError(KintraceError, ValueError):
    """A ledger of judgements is missing, cannot be written, or holds a line that is no judgement."""

    exit_code = 2


class LinkFileError(KintraceError, ValueError):
    """A saved model or an earlier id map is missing or is none, or a linkage cannot be written."""

    exit_code = 2
