"""What makes a page whole in itself: its style and script inside it, and a policy that lets in nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from markupsafe import Markup


def enclosed(styles: tuple[str, ...], script: str, *, more_style: str = "") -> dict[str, str]:
    """Values for ``page.html.j2``: the style, the script, and the policy that knows both by their digests.

    Inline ``style`` attributes and any other script stay without effect, whatever a register slips in.

    Args:
        styles: File names of style sheets among the templates, in order.
        script: File name of a script among the templates.
        more_style: Rules that depend on the content; texts in them go through :func:`css_text`.
    """
    style = "\n".join([*map(_file, styles), more_style])
    code = _file(script)
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(code)}; base-uri 'none'; "
        "form-action 'none'"
    )
    return {"policy": policy, "style": Markup(style), "script": Markup(code)}  # noqa: S704


def css_text(text: str) -> str:
    r"""A text as a CSS string that no character can leave.

    >>> print(css_text('a"}'))
    "a\000022 \00007d "
    """
    plain = "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x} " for c in text)
    return f'"{plain}"'


@cache
def _file(name: str) -> str:
    return (files("kintrace.views") / "templates" / name).read_text("utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
