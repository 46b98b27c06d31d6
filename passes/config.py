"""An instance: the folder that holds everything one issuer keeps, and the secrets it cannot start without."""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SECRET_NAMES = ("secret_key", "password_salt", "data_key", "lookup_key", "jobs_key", "keys_passphrase")
_SECRET_BYTES = 32
DEFAULT_SENDER = "khong-tra-loi@localhost"
"""Whom e-mail comes from until `mail_default_sender` is set."""


_ENGINE_OPTIONS = {"pool_recycle": 3600}
"""Seconds; a connection that is opened anew sees the statistics that the worker gathered meanwhile."""

STAFF_ROLES = ("administrator", "reviewer", "health", "district", "ward")
"""Roles that must have a second factor where `passes init` made the instance."""


MOVED_SETTINGS = {
    "application_mode": "“Cách xét hồ sơ” under Administration",
    "post_audit_percent": "“Cách xét hồ sơ” under Administration",
}
"""What `config.toml` once said, and where it is said now."""


class ConfigError(Exception):
    """The instance cannot start; the message says what is missing and what to do."""


@dataclass(frozen=True)
class Instance:
    """Paths inside one instance folder.

    Args:
        path: the folder, usually `instance/`.
    """

    path: Path

    @property
    def secrets_file(self) -> Path:
        """Random secrets, mode 600, made by `passes init`."""
        return self.path / "secrets.json"

    @property
    def config_file(self) -> Path:
        """Optional settings, TOML."""
        return self.path / "config.toml"

    @property
    def database_file(self) -> Path:
        """The embedded database."""
        return self.path / "passes.db"

    @property
    def jobs_file(self) -> Path:
        """The embedded job queue."""
        return self.path / "jobs.db"

    @property
    def trust_dir(self) -> Path:
        """The public trust repository: `metadata/` and `targets/`."""
        return self.path / "trust"

    @property
    def documents_dir(self) -> Path:
        """Sealed files: what carriers attached."""
        return self.path / "documents"

    @property
    def prints_dir(self) -> Path:
        """Sealed files: passes printed in the background, kept for a day."""
        return self.path / "prints"

    @property
    def mail_dir(self) -> Path:
        """E-mails, a file each, where no mail server is set."""
        return self.path / "mail"

    def keys_dir(self, purpose: str) -> Path:
        """Folder of private keys: `online`, `issuing` or `sealing`."""
        return self.path / "keys" / purpose


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def create_secrets(instance: Instance) -> None:
    """Make the instance folder and its random secrets; secrets that are there already stay."""
    instance.path.mkdir(parents=True, exist_ok=True)
    if not instance.secrets_file.exists():
        made = {name: secrets.token_hex(_SECRET_BYTES) for name in SECRET_NAMES}
        write_private(instance.secrets_file, json.dumps(made, indent=2) + "\n")


def write_first_settings(instance: Instance, issuer_id: str | None = None) -> bool:
    """Write the `config.toml` that a new instance begins with, unless there is one; say whether it was written."""
    if instance.config_file.exists():
        return False
    roles = ", ".join(f'"{role}"' for role in STAFF_ROLES)
    line = "# Who signs in with a code from an authenticator app too; anybody else may.\n"
    first = f'# Whose name every pass and every issuing key bears.\nissuer_id = "{issuer_id}"\n' if issuer_id else ""
    write_private(instance.config_file, f"{first}{line}two_factor_roles = [{roles}]\n")
    return True


def read_secrets(instance: Instance) -> dict[str, str]:
    """Return the secrets by name; `PASSES_<NAME>` in the environment comes before the file.

    Raises:
        ConfigError: one is missing or shorter than 32 hex-coded bytes.
    """
    stored: dict[str, Any] = {}
    if instance.secrets_file.exists():
        try:
            stored = dict(json.loads(instance.secrets_file.read_text("utf-8")))
        except (TypeError, ValueError) as error:
            raise ConfigError(
                f"{instance.secrets_file} is not readable as JSON; restore it from the backup."
            ) from error
    found = {name: os.environ.get(f"PASSES_{name.upper()}") or stored.get(name, "") for name in SECRET_NAMES}
    for name, value in found.items():
        try:
            good = len(bytes.fromhex(value)) >= _SECRET_BYTES
        except (TypeError, ValueError):
            good = False
        if not good:
            raise ConfigError(
                f"Secret “{name}” is missing or too short (64 hexadecimal digits are needed). Run `passes init` for a "
                f"new instance, restore {instance.secrets_file} from the backup, or set PASSES_{name.upper()}."
            )
    return found


def read_settings(instance: Instance) -> dict[str, Any]:
    """Return upper-cased Flask settings from `config.toml`, or nothing when there is no such file.

    Raises:
        ConfigError: the file is not valid TOML.
    """
    if not instance.config_file.exists():
        return {}
    try:
        raw = tomllib.loads(instance.config_file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{instance.config_file} is not UTF-8 text (byte {error.start}).") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{instance.config_file}: {error}. Correct the line it names.") from error
    return {key.upper(): value for key, value in raw.items()}


def _check_address(url: str) -> None:
    """Refuse a database that nothing here can talk to; whether it answers is another question."""
    try:
        make_url(url).get_dialect().import_dbapi()
    except (ArgumentError, ImportError) as error:  # the address itself may hold a password, and is not repeated
        raise ConfigError(
            "The database's address (PASSES_DATABASE_URL) is not one that can be used. Write it as "
            "postgresql+psycopg://USER:PASSWORD@HOST/NAME, or leave it out for the embedded database."
        ) from error


def flask_settings(instance: Instance) -> dict[str, Any]:
    """Return everything `create_app` needs, from defaults, `config.toml` and the secrets.

    Raises:
        ConfigError: a secret is missing or a file is broken.
    """
    keys = read_secrets(instance)
    settings: dict[str, Any] = {
        "ISSUER_ID": "VN-HN",
        "ISSUING_PARENT_AGENCY": "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI",
        "ISSUING_AGENCY": "SỞ GIAO THÔNG VẬN TẢI",
        "ISSUING_PLACE": "Hà Nội",
        "LEGAL_BASIS": "Quyết định số 1570/QĐ-BGTVT ngày 24/8/2021 của Bộ trưởng Bộ Giao thông vận tải",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "REVIEW_PROMISE_HOURS": 24,
        "DUAL_CONTROL_ABOVE": 20,
        "ZONES_NEED_TWO_PEOPLE": False,
        "FASTEST_KMH": 80.0,
        "ISSUER_AREAS": ["01"],
        "HEALTH_PARENT_AGENCY": "SỞ Y TẾ HÀ NỘI",
        "ACKNOWLEDGE_HOURS": 4,
        "MOVEMENT_RETENTION_DAYS": 21,
        "NOTICE_RETENTION_DAYS": 90,
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{instance.database_file}",
        "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
        "BABEL_DEFAULT_LOCALE": "vi",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "BOOTSTRAP_SERVE_LOCAL": True,
        "RATELIMIT_STORAGE_URI": "memory://",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "HTTPS": False,
        "RESET_LINK_HOURS": 2,
        "REGISTRATION_LINK_HOURS": 24,
        "INVITATION_LINK_DAYS": 7,
        "TWO_FACTOR_ROLES": [],
        "MAIL_DEFAULT_SENDER": DEFAULT_SENDER,
        "MAIL_PORT": 25,
        "MAIL_TIMEOUT": 10,
        "MAIL_FILE_PATH": str(instance.mail_dir),
    }
    settings |= read_settings(instance)
    settings.setdefault("MAIL_BACKEND", "smtp" if settings.get("MAIL_SERVER") else "passes.mail.folder")
    if password := os.environ.get("PASSES_MAIL_PASSWORD"):
        settings["MAIL_PASSWORD"] = password
    # A failed statement goes into the log; its values are people's names, plates, password hashes.
    engine_options = _ENGINE_OPTIONS | settings.get("SQLALCHEMY_ENGINE_OPTIONS", {}) | {"hide_parameters": True}
    if url := os.environ.get("PASSES_DATABASE_URL"):
        settings["SQLALCHEMY_DATABASE_URI"] = url
    _check_address(settings["SQLALCHEMY_DATABASE_URI"])
    return settings | {
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options,
        "SECRET_KEY": keys["secret_key"],
        "SECURITY_PASSWORD_SALT": keys["password_salt"],
        "DATA_KEY": bytes.fromhex(keys["data_key"])[:_SECRET_BYTES],
        "LOOKUP_KEY": bytes.fromhex(keys["lookup_key"]),
        "JOBS_KEY": keys["jobs_key"],
        "KEYS_PASSPHRASE": keys["keys_passphrase"],
        "SESSION_COOKIE_SECURE": bool(settings["HTTPS"]),
        "REMEMBER_COOKIE_SECURE": bool(settings["HTTPS"]),
    }
