"""Where this machine has a Chromium, and how it is started."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def chromium() -> str | None:
    """The browser on the path, ``None`` without one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)
