"""A whole post for a story: an issuer that serves, a station with a camera, and a browser for everybody."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from passes.db import db
from passes.demo import scenes, seed
from passes.demo.cli import make_demo_instance
from passes.demo.processes import IssuerProcess, StationProgram, free_port
from passes.demo.stage import poster
from passes.local_time import now
from passes.stations.services import issue_enrolment_code
from passes.trust.repository import TrustRepository
from protocol.roster import OfficerRole
from tests import counts

SHOTS = Path(__file__).parent / "shots"
REFUSED = Path(__file__).parent / "refused"
PATIENCE_MS = 60_000


@dataclass
class Post:
    """The station of the story: `checkpoint serve`, a folder that is its camera, and a switch for its network."""

    home: Path
    camera: Path
    url: str
    offline_mark: Path
    process: subprocess.Popen[bytes] | None = None
    frames: int = 0

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = os.environ | {"PYTHONPATH": str(REFUSED), "REFUSE_WHILE": str(self.offline_mark)}
        program = [sys.executable, "-m", "checkpoint", "--home", str(self.home), "serve", "--sync-every", "1"]
        address = self.url.removeprefix("http://")
        self.process = subprocess.Popen(
            [*program, "--bind", address, "--source", str(self.camera)], env=environment, stderr=subprocess.DEVNULL
        )
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=10).close()
            except OSError:
                assert self.process.poll() is None, "the station ended"
                time.sleep(0.1)
            else:
                return
        pytest.fail("the station does not answer")

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def cut_network(self) -> None:
        """From now on every connection of the station is refused."""
        self.offline_mark.touch()

    def restore_network(self) -> str:
        """Let it connect again; return what it tried meanwhile."""
        tried = self.offline_mark.read_text("utf-8")
        self.offline_mark.unlink()
        return tried

    def show(self, frame: Image.Image) -> Path:
        """Hold something before the camera."""
        self.frames += 1
        path = self.camera / f"{self.frames:03d}.jpg"
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(scenes.to_jpeg(frame))
        unfinished.rename(path)
        return path

    def show_text(self, text: str) -> None:
        """Hold a printed code before the camera."""
        self.show(scenes.roadside_frame(poster(text), seed=self.frames + 40, height=520))


@dataclass
class World:
    """Everything the people of the story share."""

    app: Flask
    issuer: IssuerProcess
    post: Post
    passwords: dict[str, str]
    browser: Browser
    size: dict[str, int]
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, who: str) -> Page:
        """Return the browser window of one person, logged in."""
        if who not in self.pages:
            context = self.browser.new_context(viewport=self.size, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"{self.issuer.url}/login")
            page.get_by_label("Thư điện tử").fill(f"{who}@demo.example")
            page.get_by_label("Mật khẩu").fill(self.passwords[f"{who}@demo.example"])
            page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
            page.wait_for_url(f"{self.issuer.url}/")
            self.pages[who] = page
        return self.pages[who]

    def officer(self) -> Page:
        """Return the officer's window at the station."""
        if "officer" not in self.pages:
            page = self.browser.new_context(viewport=self.size, locale="vi-VN").new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto(self.post.url)
            self.sign_in(page)
            self.pages["officer"] = page
        return self.pages["officer"]

    def sign_in(self, page: Page) -> None:
        """Let the inspector of the station choose the name and type the PIN, once the station knows its officers."""
        with self.app.app_context():
            officer = seed.officer_at(db.session(), seed.DEPOT_ENTRY, OfficerRole.INSPECTOR)
            name, pin = officer.name, self.passwords[officer.id]
        known = StationProgram(self.post.home)
        wait_until(lambda: known.run("status", "--json")[0]["roster"].get("officers"), "the officers at the station")
        page.reload()
        sheet = page.get_by_role("dialog", name="Cán bộ trực")
        sheet.locator("select[name=officer]").first.select_option(label=name)
        sheet.locator("[name=pin]").first.fill(pin)
        self.shot(page, "officer-signing-in")
        sheet.get_by_role("button", name="Đăng nhập").click()
        expect(page.get_by_role("button", name=name)).to_be_visible()

    def shot(self, page: Page, name: str) -> None:
        """Keep a picture of a page, and make sure that nothing sticks out to the side."""
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{self.size['width']}-{name}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} pixels wider than the window"


def choose_area(page: Page, label: str, typed: str, wanted: str) -> None:
    """Type the name of an area without diacritics and take it from the list."""
    page.get_by_role("combobox", name=label, exact=True).fill(typed)
    page.get_by_role("option", name=wanted).first.click()


def expect_verdict(page: Page, phrase: str, *reasons: str) -> None:
    """Wait for a verdict on the officer's page, with exactly these reason codes."""
    expect(page.locator(".verdict h1")).to_have_text(phrase)
    shown = page.locator(".verdict .reason")
    expect(shown).to_have_count(len(reasons))
    assert [shown.nth(n).get_attribute("data-reason") for n in range(len(reasons))] == list(reasons)


SIZES = [
    pytest.param({"width": 1280, "height": 800}, id="desktop"),
    pytest.param({"width": 390, "height": 844}, id="phone"),
]


def demo_passwords(instance: Path) -> dict[str, str]:
    """Passwords of the demo's accounts by e-mail address."""
    lines = (instance / "demo-logins.txt").read_text("utf-8").splitlines()
    return {line.split()[0]: line.split()[1] for line in lines}


@pytest.fixture(params=SIZES[: counts.count("screens on which a journey is walked", 1, 2)])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    """The window of everybody in the story."""
    window: dict[str, int] = request.param
    return window


@pytest.fixture
def world(tmp_path: Path, browser: Browser, size: dict[str, int]) -> Iterator[World]:
    """A seeded issuer that serves and an enrolled station that watches its camera."""
    instance = tmp_path / "instance"
    app = make_demo_instance(instance)
    passwords = demo_passwords(instance)
    issuer = IssuerProcess(instance, free_port())
    issuer.start()
    post = Post(tmp_path / "post", tmp_path / "camera", f"http://127.0.0.1:{free_port()}", tmp_path / "offline")
    post.camera.mkdir()
    with app.app_context():
        anchor = TrustRepository(instance / "trust").root_sha256()
        code = issue_enrolment_code(db.session(), None, seed.DEPOT_ENTRY, issuer.url, anchor, now())
        db.session.commit()
    StationProgram(post.home).run("enroll", code.to_text())
    post.start()
    world = World(app, issuer, post, passwords, browser, size)
    try:
        yield world
    finally:
        for page in world.pages.values():
            page.context.close()
        post.stop()
        issuer.stop()


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Wait for something that no page shows.

    Raises:
        AssertionError: it did not come about.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return
        time.sleep(0.1)
    pytest.fail(f"{what} did not come about within {seconds} s")
