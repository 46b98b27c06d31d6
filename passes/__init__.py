"""The issuer: transport companies apply, the authority signs and revokes, scans come home, districts follow up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

TEMPLATES = Path(__file__).parents[1] / "templates"


def create_app(instance: Path | str | None = None, **overrides: Any) -> Flask:
    """Make the issuer for one instance folder.

    Args:
        instance: the folder of `passes init`; `$PASSES_INSTANCE` or `instance/` when not given.
        **overrides: Flask settings that come before those of the instance.

    Raises:
        passes.config.ConfigError: a secret is missing; the message says what to do.
    """
    from passes import access, db, extensions, jobs, pages, privacy
    from passes.config import Instance, flask_settings

    where = Instance(Path(instance or os.environ.get("PASSES_INSTANCE") or "instance").resolve())
    app = Flask("passes", instance_path=str(where.path), template_folder=str(TEMPLATES / "issuer"))
    app.config.update(flask_settings(where) | overrides)
    app.extensions["instance"] = where
    app.extensions["privacy"] = privacy.Privacy(app.config["DATA_KEY"], app.config["LOOKUP_KEY"])
    db.db.init_app(app)
    extensions.init_app(app)
    jobs.init_app(app)
    access.init_app(app)
    pages.init_app(app)
    if app.config["HTTPS"]:  # then one proxy ends TLS in front of us and says whom it answers
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)
    return app
