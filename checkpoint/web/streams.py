"""What pages listen to: the live picture, and the news that something changed."""

from collections.abc import Iterator

from flask import Blueprint, Response

from checkpoint.web.desk import Desk, desk

BOUNDARY = "frame"
LOOK_UP_S = 0.5  # how often a stream looks whether the program is about to end
KEEP_ALIVE_S = 15.0

bp = Blueprint("streams", __name__)


@bp.get("/live.mjpg")
def live() -> Response:
    """Send the live picture, each frame as it comes."""
    return Response(_pictures(desk()), mimetype=f"multipart/x-mixed-replace; boundary={BOUNDARY}")


@bp.get("/events")
def events() -> Response:
    """Send a line whenever the page has something new to fetch."""
    response = Response(_news(desk()), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _pictures(station_desk: Desk) -> Iterator[bytes]:
    number, jpeg = 0, b""
    while not station_desk.is_stopping():
        # A browser draws a part when the next one begins: the same frame again costs little and shows it at once.
        number, jpeg = station_desk.picture.next_jpeg(number, LOOK_UP_S)
        if jpeg:
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            yield head.encode() + jpeg + b"\r\n"


def _news(station_desk: Desk) -> Iterator[str]:
    version = -1
    silent_s = 0.0
    while not station_desk.is_stopping():
        newest = station_desk.board.wait(version, LOOK_UP_S)
        if newest > version:
            version, silent_s = newest, 0.0
            yield f"event: changed\ndata: {version}\n\n"
        elif (silent_s := silent_s + LOOK_UP_S) >= KEEP_ALIVE_S:
            silent_s = 0.0
            yield ": still here\n\n"
