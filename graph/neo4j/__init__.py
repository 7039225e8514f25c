"""Neo4j: a server of one's own, the publishing of a graph to it, and read-only Cypher over it."""

from graph.neo4j.build import Build
from graph.neo4j.catalogue import Parameter, Query, catalogue, query
from graph.neo4j.connection import Connection
from graph.neo4j.cypher import CypherResult, Reader, open_reader, run_cypher
from graph.neo4j.publish import PublishReport, publish, published
from graph.neo4j.server import Server, Status, missing_parts
from graph.neo4j.settings import ServerSettings

__all__ = [
    "Build",
    "Connection",
    "CypherResult",
    "Parameter",
    "PublishReport",
    "Query",
    "Reader",
    "Server",
    "ServerSettings",
    "Status",
    "catalogue",
    "missing_parts",
    "open_reader",
    "publish",
    "published",
    "query",
    "run_cypher",
]
