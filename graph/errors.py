"""What can go wrong when the graph is built, stored or asked."""

from linkage.errors import KintraceError


class GraphError(KintraceError):
    """Root of the graph's errors."""


class GrantError(GraphError, PermissionError):
    """A look-up without a valid grant, or outside what the grant covers."""


class ScopeError(GraphError, ValueError):
    """A scope that does not exist, or one that needs a legal basis and states none."""


class SnapshotError(GraphError):
    """A snapshot is missing, damaged or of another version."""


class UnknownPersonError(GraphError, KeyError):
    """The id names nobody in this snapshot (or nobody within its scope)."""


class UnknownEventError(GraphError, KeyError):
    """The id names no event in this snapshot (or none within its scope)."""


class Neo4jError(GraphError):
    """The Neo4j server cannot be started, reached or written to."""


class CypherRefusedError(GraphError, PermissionError):
    """A Cypher statement would do more than read."""
