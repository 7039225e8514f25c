"""Self-contained HTML pages: one file, no script, nothing fetched from anywhere."""

from __future__ import annotations

import functools

from jinja2 import Environment, PackageLoader, StrictUndefined


@functools.cache
def _environment() -> Environment:
    """Every value is escaped; a name that is missing is an error and never an empty place."""
    return Environment(
        loader=PackageLoader("kintrace.views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render_page(template: str, **values: object) -> str:
    """A page from a template of `kintrace/views/templates`."""
    return _environment().get_template(template).render(**values)
