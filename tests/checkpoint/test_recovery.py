"""What can be lost, and how it is recovered: the procedures of docs/recovery.md, done as they are written there.

The issuer is a real instance on which people type commands; the posts import its archives.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Root, TargetFile, Targets

from checkpoint.trust import TrustImportError, TrustStore
from passes.db import db
from passes.issuing import services as issuing
from passes.issuing.models import RevocationReason, VehiclePass
from passes.trust import lifecycle, services
from passes.trust.cli import group
from passes.trust.instance_keys import InstanceKeys
from passes.trust.keys import KeyFileError, OfflineKeys, OnlineKeys
from passes.trust.repository import TrustRepository
from passes.trust.roles import build_snapshot, build_timestamp
from protocol import claims
from protocol.assess import Context, assess
from protocol.cose import SoftwareSigner
from protocol.issuers import IssuerKey, dump_issuers
from protocol.reasons import Outcome, Reason
from protocol.status import StatusList, build_token
from protocol.trust import dump_head
from tests.counts import count
from tests.factories import Factories
from tests.issuers import OFFLINE_PASSPHRASE, copy_issuer, open_issuer
from tests.killing import SWITCH

PROCEDURES = Path(__file__).parents[2] / "docs" / "recovery.md"
DEATHS = count("of a hundred moments in a change of root, those at which it dies", 50, 100)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Issuer:
    """An instance, the medium with its offline keys, and whoever types commands on it."""

    app: Flask
    base: Path
    factories: Factories

    @property
    def repository(self) -> TrustRepository:
        return TrustRepository(self.base / "instance" / "trust")

    @property
    def media(self) -> Path:
        return self.base / "offline"

    def trust(self, *arguments: str, media: Path | None = None, fails: bool = False) -> Result:
        """Type `passes trust …`; commands that need them get the offline keys."""
        options = ("--offline-keys", str(media)) if media else ()
        done = self.app.test_cli_runner().invoke(group, [*arguments, *options])
        assert done.exit_code == (2 if fails else 0), (done.output, done.exception)
        return done

    def archive(self, name: str = "trust.tar") -> Path:
        path = self.base / name
        self.trust("export", str(path))
        return path

    def key_in_use(self) -> str:
        db.session.expire_all()
        return services.current_issuer_key(db.session(), now()).kid

    def back_up(self) -> Path:
        """What docs/operations.md says to copy."""
        db.session.commit()
        copy = self.base / "backup"
        shutil.copytree(self.base / "instance", copy)
        return copy

    def restore(self, backup: Path) -> None:
        db.session.remove()
        db.engine.dispose()
        shutil.rmtree(self.base / "instance")
        shutil.copytree(backup, self.base / "instance")


@pytest.fixture
def issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    base = tmp_path / "issuer"
    instance = copy_issuer(base)
    monkeypatch.setenv("PASSES_OFFLINE_PASSPHRASE", OFFLINE_PASSPHRASE)
    monkeypatch.setenv("PASSES_NEW_OFFLINE_PASSPHRASE", OFFLINE_PASSPHRASE)
    app = open_issuer(instance)
    with app.app_context():
        yield Issuer(app, base, Factories(db.session()))
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def post(issuer: Issuer, tmp_path: Path) -> TrustStore:
    """A post that was enrolled when the issuer was new."""
    return TrustStore(tmp_path / "post", issuer.repository.root_sha256())


def judge(post: TrustStore, text: str | None) -> tuple[Outcome, tuple[Reason, ...]]:
    verdict = assess(text or "", post.load_current(), Context(), now())
    return verdict.outcome, verdict.reasons


def refusal_of(action: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(TrustImportError) as caught:
        action(*arguments)
    return caught.value.code


# An issuing key was stolen


def test_after_the_theft_of_an_issuing_key_its_forgeries_and_void_papers_are_told_from_good_ones(
    issuer: Issuer, post: TrustStore
) -> None:
    honest = issuer.factories.vehicle_pass()
    paper, stolen = honest.text, issuer.key_in_use()
    keys = InstanceKeys(issuer.app.extensions["instance"], issuer.app.config["KEYS_PASSPHRASE"])
    thief = keys.signer_for(bytes.fromhex(stolen))
    credential = claims.peek(paper or "")
    assert isinstance(credential, claims.VehiclePass)
    forgery = claims.issue(credential._replace(plate="29C99999"), thief)
    post.import_from(issuer.archive(), now())
    assert judge(post, forgery)[0] is Outcome.ADMIT  # this is what a stolen key can do

    issuer.trust("rotate-issuer-key", media=issuer.media)
    issuer.trust("retire-key", stolen, "--reason", "Lộ khóa", media=issuer.media)
    post.import_from(issuer.archive(), now())
    assert judge(post, forgery) == judge(post, paper) == (Outcome.REFUSE, (Reason.ISSUER_KEY_REVOKED,))
    db.session.expire_all()
    assert honest.text != paper
    assert judge(post, honest.text) == (Outcome.ADMIT, ())
    # Whatever the thief signs later is refused as well, and so are status lists of his.
    assert judge(post, claims.issue(credential, thief)) == (Outcome.REFUSE, (Reason.ISSUER_KEY_REVOKED,))
    lists = {"status/0": build_token(StatusList(), "status/0", now().replace(microsecond=0), thief)}
    live = {name: data for name, data in issuer.repository.read_targets().items() if name not in {"issuers", "policy"}}
    issuer.repository.publish_live(live | lists, keys.online, now())
    assert refusal_of(post.import_from, issuer.repository.directory, now()) == "trust_content_invalid"


# The online keys were stolen


class Thief:
    """Has the online keys of an issuer, a copy of everything it ever published, and the tools of the trade."""

    def __init__(self, issuer: Issuer, directory: Path) -> None:
        keys = InstanceKeys(issuer.app.extensions["instance"], issuer.app.config["KEYS_PASSPHRASE"])
        self.online: OnlineKeys = keys.online
        self.own = CryptoSigner(Ed25519PrivateKey.generate())
        self.signer = SoftwareSigner.from_seed(b"an issuing key of the thief.....")
        self.directory = directory
        self.version, self.signed_at = 100, now()
        shutil.copytree(issuer.repository.directory, directory)
        self._metadata = directory / "metadata"
        self.issuers = dump_issuers([IssuerKey("VN-HN", self.signer.kid, self.signer.public_raw)], None)

    @property
    def signers(self) -> list[CryptoSigner]:
        return [self.online.snapshot, self.online.timestamp, self.online.live, self.own]

    def newest(self, role: str) -> Metadata[Targets]:
        versions = (int(path.name.split(".")[0]) for path in self._metadata.glob(f"*.{role}.json"))
        return Metadata.from_file(str(self._metadata / f"{max(versions)}.{role}.json"))

    def put_issuers(self, targets: Targets) -> None:
        """List the thief's own issuers among some targets."""
        file = targets.targets["issuers"] = TargetFile.from_data("issuers", self.issuers, ["sha256"])
        (self.directory / "targets" / file.get_prefixed_paths()[0]).write_bytes(self.issuers)

    def date(self, published_at: datetime, generation: int) -> Path:
        """Publish a head that claims a time and a count; its versions count on."""
        head = dump_head(published_at.replace(microsecond=0), generation)
        live = self.newest("live")
        file = live.signed.targets["live/head"] = TargetFile.from_data("live/head", head, ["sha256"])
        (self.directory / "targets" / file.get_prefixed_paths()[0]).write_bytes(head)
        self.version += 1
        self.signed_at = max(self.signed_at, published_at)
        return self.publish({"live": live})

    def publish(self, changed: dict[str, Metadata[Targets]]) -> Path:
        """Sign what was changed with every key there is, then snapshot and timestamp over it."""
        parts = {}
        for role in ("targets", "live", *changed):
            metadata = changed.get(role) or self.newest(role)
            if role in changed:
                metadata.signed.version = self.version
                metadata.signed.expires = (self.signed_at + timedelta(days=10)).replace(microsecond=0)
                metadata.signatures.clear()
                for signer in self.signers:
                    metadata.sign(signer, append=True)
                metadata.to_file(str(self._metadata / f"{self.version}.{role}.json"))
            parts[role] = (metadata.signed.version, metadata.to_bytes())
        snapshot = build_snapshot(self.version, parts, self.signed_at)
        snapshot.sign(self.online.snapshot)
        snapshot.to_file(str(self._metadata / f"{self.version}.snapshot.json"))
        timestamp = build_timestamp(self.version, self.version, snapshot.to_bytes(), self.signed_at)
        timestamp.sign(self.online.timestamp)
        timestamp.to_file(str(self._metadata / "timestamp.json"))
        return self.directory


def _issuers_below_live(thief: Thief) -> Path:
    live = thief.newest("live")
    thief.put_issuers(live.signed)
    return thief.publish({"live": live})


def _issuers_in_the_offline_targets(thief: Thief) -> Path:
    targets = thief.newest("targets")
    thief.put_issuers(targets.signed)
    return thief.publish({"targets": targets})


def _issuers_delegated_by_live(thief: Thief) -> Path:
    live, deeper = thief.newest("live"), thief.newest("live")
    public = thief.own.public_key
    role = DelegatedRole("zones", [public.keyid], 1, terminating=False, paths=["issuers", "*", "*/*"])
    live.signed.delegations = Delegations({public.keyid: public}, {"zones": role})
    thief.put_issuers(deeper.signed)
    return thief.publish({"live": live, "zones": deeper})


def _a_root_of_the_thief(thief: Thief) -> Path:
    root: Metadata[Root] = Metadata.from_file(str(thief.directory / "metadata/1.root.json"))
    root.signed.version = 2
    for role in ("root", "targets"):
        root.signed.add_key(thief.own.public_key, role)
    root.signed.roles["root"].threshold = 1
    root.signatures.clear()
    for signer in thief.signers:
        root.sign(signer, append=True)
    root.to_file(str(thief.directory / "metadata/2.root.json"))
    return _issuers_in_the_offline_targets(thief)


@pytest.mark.parametrize(
    ("attempt", "answer"),
    [
        (_issuers_below_live, None),
        (_issuers_delegated_by_live, None),
        (_issuers_in_the_offline_targets, "trust_signature_invalid"),
        (_a_root_of_the_thief, "trust_signature_invalid"),
    ],
)
def test_the_thief_of_the_online_keys_adds_no_issuer(
    issuer: Issuer, post: TrustStore, tmp_path: Path, attempt: Callable[[Thief], Path], answer: str | None
) -> None:
    credential = claims.peek(issuer.factories.vehicle_pass().text or "")
    post.import_from(issuer.archive(), now())
    honest = post.load_current().issuers
    thief = Thief(issuer, tmp_path / "thief")
    if answer is None:  # accepted, and passed over: nobody looks for issuers there
        assert post.import_from(attempt(thief), now()).is_new
    else:
        assert refusal_of(post.import_from, attempt(thief), now()) == answer
    assert post.load_current().issuers == honest
    assert judge(post, claims.issue(credential, thief.signer)) == (Outcome.REFUSE, (Reason.ISSUER_UNKNOWN,))


def test_after_the_next_root_stolen_online_keys_publish_nothing(
    issuer: Issuer, post: TrustStore, tmp_path: Path
) -> None:
    post.import_from(issuer.archive(), now())
    thief = Thief(issuer, tmp_path / "thief")
    live = thief.newest("live")
    issuer.trust("rotate-root", "--new-online-keys", media=issuer.media)
    issuer.app.extensions["worker"].publish_now()
    post.import_from(issuer.archive(), now())
    generation = post.load_current().generation
    shutil.copy(issuer.repository.metadata_dir / "2.root.json", thief.directory / "metadata")
    assert refusal_of(post.import_from, thief.publish({"live": live}), now()) == "trust_signature_invalid"
    assert post.load_current().generation == generation


def test_a_thief_who_counted_and_dated_ahead_shuts_the_issuer_out_only_until_the_next_root(
    issuer: Issuer, post: TrustStore, tmp_path: Path
) -> None:
    vehicle_pass = issuer.factories.vehicle_pass()
    post.import_from(issuer.archive(), now())
    thief = Thief(issuer, tmp_path / "thief")
    post.import_from(thief.date(now(), 2**62), now())
    assert refusal_of(post.import_from, issuer.archive(), now()) == "trust_rollback"
    for steps in range(1, 16):  # each below the 24 hours that a post believes at once
        post.import_from(thief.date(now() + steps * timedelta(hours=23), 2**62 + steps), now())
    issuer.app.extensions["worker"].publish_now()
    assert post.clock_floor is not None
    assert post.clock_floor > now() + timedelta(days=14)
    assert refusal_of(post.import_from, issuer.archive(), now()) == "trust_rollback"
    issuer.trust("rotate-root", "--new-online-keys", media=issuer.media)
    issuer.app.extensions["worker"].publish_now()
    post.import_from(issuer.archive(), now())
    assert post.load_current().generation < 2**62
    assert post.clock_floor <= now()
    assert judge(post, vehicle_pass.text) == (Outcome.ADMIT, ())
    assert refusal_of(post.import_from, thief.date(now(), 2**63 - 1), now()) == "trust_signature_invalid"


# Roots


def test_a_post_that_slept_follows_three_roots_at_once(issuer: Issuer, post: TrustStore, tmp_path: Path) -> None:
    post.import_from(issuer.archive(), now())
    media = issuer.media
    for number in range(3):
        fresh = tmp_path / f"offline-{number}"
        issuer.trust("rotate-root", "--new-offline-keys", str(fresh), "--new-online-keys", media=media)
        media = fresh
    vehicle_pass = issuer.factories.vehicle_pass()
    post.import_from(issuer.archive(), now())
    assert post.status().root_version == 4
    assert judge(post, vehicle_pass.text) == (Outcome.ADMIT, ())
    issuer.trust("publish", media=issuer.media, fails=True)
    issuer.trust("publish", media=media)
    post.import_from(issuer.archive(), now())


def test_lost_offline_keys_are_replaced_while_two_root_keys_are_left(
    issuer: Issuer, post: TrustStore, tmp_path: Path
) -> None:
    post.import_from(issuer.archive(), now())
    (issuer.media / "targets.pem").unlink()
    (issuer.media / "root-2.pem").unlink()
    issuer.trust("publish", media=issuer.media, fails=True)
    issuer.trust("rotate-root", "--new-offline-keys", str(tmp_path / "fresh"), media=issuer.media)
    issuer.trust("rotate-issuer-key", media=tmp_path / "fresh")
    post.import_from(issuer.archive(), now())
    assert len(post.load_current().issuers) == 2


def test_without_two_root_keys_trust_begins_anew_and_every_post_is_enrolled_again(
    issuer: Issuer, post: TrustStore, tmp_path: Path
) -> None:
    paper = issuer.factories.vehicle_pass().text
    post.import_from(issuer.archive(), now())
    for name in ("root-1", "root-2"):
        (issuer.media / f"{name}.pem").unlink()
    issuer.trust("rotate-root", media=issuer.media, fails=True)
    shutil.rmtree(issuer.repository.directory)
    issuer.trust("init", media=tmp_path / "fresh")
    assert refusal_of(post.import_from, issuer.archive(), now()) == "trust_signature_invalid"
    assert judge(post, paper) == (Outcome.ADMIT, ())
    enrolled_anew = TrustStore(tmp_path / "post", issuer.repository.root_sha256())
    enrolled_anew.import_from(issuer.archive(), now())
    assert judge(enrolled_anew, paper) == (Outcome.ADMIT, ())


# A restored backup


def test_an_issuer_restored_from_a_backup_is_accepted_again_after_the_jump(issuer: Issuer, post: TrustStore) -> None:
    vehicle_pass = issuer.factories.vehicle_pass()
    backup = issuer.back_up()
    issuing.revoke(db.session(), None, vehicle_pass, RevocationReason.MISUSE, now())
    db.session.commit()
    issuer.app.extensions["worker"].drain()
    issuer.trust("rotate-issuer-key", media=issuer.media)  # the offline targets are newer than the backup as well
    post.import_from(issuer.archive(), now())
    assert judge(post, vehicle_pass.text)[1] == (Reason.REVOKED,)

    issuer.restore(backup)
    newest = post.load_current().generation
    for arguments in (("publish",), ("publish", "--min-version", str(newest + 1))):
        issuer.trust(*arguments)
        assert refusal_of(post.import_from, issuer.archive(), now()) == "trust_rollback"
    issuer.trust("publish", "--min-version", str(newest + 10), media=issuer.media)
    assert post.import_from(issuer.archive(), now()).generation == newest + 10
    # What was revoked since the backup has to be revoked again; the station cannot know.
    assert judge(post, vehicle_pass.text)[0] is Outcome.ADMIT
    # Passes that were issued since the backup keep their places in the lists; new ones get places of their own.
    assert issuer.factories.vehicle_pass().status_uri == "status/1" != vehicle_pass.status_uri


def test_a_key_retired_since_the_backup_has_to_be_retired_again_before_posts_listen(
    issuer: Issuer, post: TrustStore
) -> None:
    paper = issuer.factories.vehicle_pass().text
    stolen = issuer.key_in_use()
    backup = issuer.back_up()
    issuer.trust("rotate-issuer-key", media=issuer.media)
    issuer.trust("retire-key", stolen, "--reason", "stolen", media=issuer.media)
    post.import_from(issuer.archive(), now())
    issuer.restore(backup)
    newest = post.load_current().generation
    issuer.trust("publish", "--min-version", str(newest + 10), media=issuer.media)
    assert refusal_of(post.import_from, issuer.archive(), now()) == "trust_rollback"
    issuer.trust("rotate-issuer-key", media=issuer.media)
    issuer.trust("retire-key", stolen, "--reason", "stolen", media=issuer.media)
    post.import_from(issuer.archive(), now())
    assert judge(post, paper) == (Outcome.REFUSE, (Reason.ISSUER_KEY_REVOKED,))
    signed = db.session.scalars(sa.select(VehiclePass)).one()
    assert judge(post, signed.text) == (Outcome.ADMIT, ())


def test_roots_published_since_the_backup_are_put_back_from_an_archive(
    issuer: Issuer, post: TrustStore, tmp_path: Path
) -> None:
    backup = issuer.back_up()
    fresh = tmp_path / "fresh"
    issuer.trust("rotate-root", "--new-offline-keys", str(fresh), "--new-online-keys", media=issuer.media)
    post.import_from(issuer.archive(), now())
    newest = post.load_current().generation
    root = issuer.repository.read_root(2)
    issuer.restore(backup)
    (issuer.repository.metadata_dir / "2.root.json").write_bytes(root)
    issuer.trust("publish", media=fresh, fails=True)  # the online keys of the backup are none of this root's
    issuer.trust("rotate-root", "--new-online-keys", media=fresh)
    issuer.trust("publish", "--min-version", str(newest + 10), media=fresh)
    post.import_from(issuer.archive(), now())
    assert (post.status().root_version, post.load_current().generation) == (3, newest + 10)


@pytest.mark.parametrize("is_replacing", [False, True])
def test_a_change_of_root_that_dies_at_any_moment_is_typed_again(
    issuer: Issuer, post: TrustStore, tmp_path: Path, *, is_replacing: bool
) -> None:
    post.import_from(issuer.archive(), now())
    keys = InstanceKeys(issuer.app.extensions["instance"], issuer.app.config["KEYS_PASSPHRASE"])
    step = 100 // DEATHS
    # In a reduced run the one change dies at the moments that the other leaves out.
    media, moment, deaths = issuer.media, is_replacing % step, 0
    while True:
        fresh = tmp_path / f"fresh-{moment}"
        replacement = OfflineKeys.generate(fresh, OFFLINE_PASSPHRASE) if is_replacing else None
        ceremony = lifecycle.Ceremony(issuer.repository, keys, OfflineKeys.load(media, OFFLINE_PASSPHRASE))
        rotate = partial(lifecycle.rotate_root, replacement=replacement, has_new_online_keys=True)
        root = ceremony.repository.status(now()).roles["root"].version
        was_killed = SWITCH.kill_at(moment, issuer.base / "instance", rotate, db.session(), None, ceremony, now())
        db.session.rollback()
        if is_replacing and ceremony.repository.status(now()).roles["root"].version > root:
            media = fresh  # posts may have seen the root that names them
        issuer.trust("rotate-root", "--new-online-keys", media=media)
        issuer.app.extensions["worker"].publish_now()
        post.import_from(issuer.archive(), now())
        if not was_killed:
            break
        deaths += 1
        moment += step
    assert deaths > 10


# The instance's own key files


def test_a_lost_issuing_key_is_replaced_without_voiding_a_paper(issuer: Issuer, post: TrustStore) -> None:
    revoked = issuer.factories.vehicle_pass()
    paper, lost = issuer.factories.vehicle_pass().text, issuer.key_in_use()
    (issuer.base / "instance/keys/issuing" / f"{lost}.pem").unlink()
    keys = InstanceKeys(issuer.app.extensions["instance"], issuer.app.config["KEYS_PASSPHRASE"])
    with pytest.raises(KeyFileError):
        keys.signer_for(bytes.fromhex(lost))
    issuing.revoke(db.session(), None, revoked, RevocationReason.MISUSE, now())
    db.session.commit()
    issuer.app.extensions["worker"].drain()  # nothing signs the list that says so
    issuer.trust("rotate-issuer-key", "--signs-after", "24", media=issuer.media)
    assert issuer.key_in_use() != lost
    post.import_from(issuer.archive(), now())
    assert judge(post, paper) == (Outcome.ADMIT, ())
    assert judge(post, revoked.text)[1] == (Reason.REVOKED,)


# The document


def test_every_procedure_names_the_tests_that_do_it() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PROCEDURES.read_text("utf-8"))
    assert len(named) > 10
    for path, name in named:
        assert f"def {name}(" in (PROCEDURES.parents[1] / path).read_text("utf-8"), name
    sections = PROCEDURES.read_text("utf-8").split("\n## ")[1:]
    assert [section.splitlines()[0] for section in sections if "::test_" not in section] == []
