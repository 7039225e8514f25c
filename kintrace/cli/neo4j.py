"""`kintrace neo4j`, `publish` and `cypher`: the graph for Cypher specialists."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from graph.errors import Neo4jError
from kintrace.audit import record_lookup
from kintrace.cli.options import Lookup, json_option, print_json, today, with_lookup
from kintrace.pipeline.runs import build_id, find_run
from kintrace.views.console import console


def _home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "kintrace" / "neo4j"


def _server(bolt_port: int = 7687, http_port: int = 7474) -> Any:
    from graph.neo4j.server import Server
    from graph.neo4j.settings import ServerSettings

    settings = ServerSettings(bolt_port=bolt_port, http_port=http_port)
    return Server(_home(), os.environ, settings=settings)


def connection() -> Any:
    """The team's server where NEO4J_URI names one, else the local one.

    Raises:
        Neo4jError: NEO4J_URI without a password file, or no local server is up.
    """
    from graph.neo4j.connection import Connection

    uri = os.environ.get("NEO4J_URI")
    if not uri:
        return _server().connection()
    file = os.environ.get("NEO4J_PASSWORD_FILE")
    if not file:
        raise Neo4jError("NEO4J_URI is set without NEO4J_PASSWORD_FILE", hint="name a file that holds the password")
    return Connection(uri, os.environ.get("NEO4J_USER", "neo4j"), Path(file))


@click.group()
def neo4j() -> None:
    """A local Neo4j server, fetched from Maven Central and run as its own process on this machine alone.

    Teams with a server of their own set NEO4J_URI, NEO4J_USER and NEO4J_PASSWORD_FILE instead.
    """


@neo4j.command()
@click.option("--bolt-port", type=click.IntRange(0, 65535), default=7687, show_default=True, help="For drivers.")
@click.option("--http-port", type=click.IntRange(0, 65535), default=7474, show_default=True, help="For HTTP.")
@json_option
def up(bolt_port: int, http_port: int, as_json: bool) -> None:
    """Start the server, fetching it first if need be.

    It listens on this machine only; its random password lies in a file for you alone. Port 0 is any free port.
    """
    server = _server(bolt_port, http_port)
    if not as_json:
        click.echo("Starting Neo4j (the first time its jars are fetched, which takes a minute) ...", err=True)
    connection = server.up()
    answer = {"uri": connection.uri, "user": connection.user, "password_file": str(connection.password_file)}
    if as_json:
        print_json(answer)
    else:
        click.echo(f"Neo4j answers at {answer['uri']}, user {answer['user']}, password in {answer['password_file']}")


@neo4j.command()
@json_option
def down(as_json: bool) -> None:
    """Stop the server; what it holds stays."""
    stopped = _server().down()
    if as_json:
        print_json({"stopped": stopped})
    else:
        click.echo("Neo4j is stopped." if stopped else "No server was running.")


@neo4j.command()
@json_option
def status(as_json: bool) -> None:
    """Say whether the server runs, where, and which build it holds."""
    from graph.neo4j.publish import published

    state = _server().status()
    answer: dict[str, Any] = dataclasses.asdict(state)
    if state.running:
        try:
            answer["build"] = published(connection()).id
        except Neo4jError as error:
            answer["build"] = None
            answer["build_missing"] = str(error)
    if as_json:
        print_json(answer)
    elif not state.running:
        click.echo("Neo4j is not running. Start it with kintrace neo4j up")
    else:
        click.echo(f"Neo4j runs at {state.uri} (process {state.pid}), build {answer['build'] or 'none'}")


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Choice(["neo4j"]), required=True, help="Where to publish.")
@json_option
def publish(run: Path, target: str, as_json: bool) -> None:
    """Publish RUN's graph, replacing what the server held.

    While it goes on, and if it is interrupted, kintrace's own queries find no build and refuse to answer.
    """
    from graph.model import NODES, RELATIONSHIPS
    from graph.neo4j.publish import publish as publish_graph

    found = find_run(run)
    tables = found.read_all("graph", [*NODES, *RELATIONSHIPS])

    def progress(table: str, done: int, total: int) -> None:
        if done >= total and not as_json:
            click.echo(f"  {table}: {total:,}", err=True)

    report = publish_graph(tables, connection(), build=build_id(found), progress=progress)
    if as_json:
        print_json({"build": report.build.id, "nodes": report.nodes, "relationships": report.relationships})
    else:
        click.echo(f"Published {report.nodes:,} nodes and {report.relationships:,} relationships of {found.name}")


@click.command()
@click.argument("statement")
@click.option(
    "--parameter", "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="Bind $NAME; VALUE is JSON or text."
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="Most rows.")
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=30.0, show_default=True, help="Seconds.")
@with_lookup
@json_option
def cypher(
    statement: str,
    parameters: tuple[str, ...],
    limit: int,
    timeout: float,
    lookup: Lookup,
    as_json: bool,
) -> None:
    """Ask Neo4j STATEMENT, or a named query such as family_history; it can only read.

    Named queries: family_history, focus_persons, earlier_districts.
    """
    from graph.neo4j.catalogue import catalogue
    from graph.neo4j.cypher import open_reader

    run, grant = lookup.run, lookup.grant
    record_lookup(run, grant, f"cypher: {statement}", [], parameters=_bound(parameters))
    with open_reader(connection(), build=build_id(run)) as reader:
        # One word is no Cypher: it is a name, and a misspelt one is answered with the names there are.
        if statement in catalogue() or statement.strip().isidentifier():
            result = reader.query(statement, _bound(parameters), grant, today=today(), timeout=timeout)
        else:
            result = reader.run(statement, _bound(parameters), grant, today=today(), limit=limit, timeout=timeout)
    if as_json:
        print_json({"columns": result.columns, "rows": result.rows, "truncated": result.truncated, "demo": grant.demo})
        return
    table = Table(box=None)
    for column in result.columns:
        table.add_column(column, overflow="fold")
    for row in result.rows:
        table.add_row(*("" if cell is None else cell if isinstance(cell, str) else json.dumps(cell) for cell in row))
    console().print(table)
    if result.truncated:
        click.echo(f"Only the first {limit} rows are shown; raise --limit for more.", err=True)


def _bound(stated: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in stated:
        name, sign, text = one.partition("=")
        if not sign:
            raise Neo4jError(f"--parameter {one} is no NAME=VALUE", hint="such as -p child=E2345")
        try:
            values[name] = json.loads(text)
        except ValueError:
            values[name] = text
    return values
