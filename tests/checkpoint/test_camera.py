"""Frames from files, and what is said about files that give none."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from checkpoint import camera, messages
from checkpoint.camera import CameraError
from tests.checkpoint.pictures import draw_code, put_on_road, save, save_video


def frames(count: int) -> list:
    return [put_on_road(height=120, width=160, seed=seed) for seed in range(count)]


def test_a_folder_is_its_pictures_and_videos_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("2.PNG", "1.jpg", "b/0.png"):
        save(tmp_path / name, frames(1)[0])
    (tmp_path / "truth.jsonl").write_text("{}")
    assert [p.relative_to(tmp_path).as_posix() for p in camera.list_files(tmp_path)] == ["1.jpg", "2.PNG", "b/0.png"]


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_file_that_is_no_picture_is_called_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(CameraError) as caught:
        camera.read_picture(path)
    assert caught.value.code == "picture_unreadable"
    assert str(path) in messages.sentence(caught.value)


def test_transparent_paper_is_white(tmp_path: Path) -> None:
    code = draw_code("VP1:A", 5)
    transparent = np.zeros((*code.shape, 4), np.uint8)
    transparent[:, :, 3] = 255 - code
    path = tmp_path / "x.png"
    assert cv2.imwrite(str(path), transparent)
    assert np.array_equal(camera.as_grey(camera.read_picture(path)), code)


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    assert cv2.imwrite(str(path), np.full((4, 4), 0x8000, np.uint16))
    assert (camera.read_picture(path) == 0x80).all()
    assert cv2.imwrite(str(path), np.full((4, 4), 0x800, np.uint16))  # of a sensor with twelve bits
    assert (camera.read_picture(path) == 0x80).all()


def test_a_video_gives_all_its_frames(tmp_path: Path) -> None:
    assert len(list(camera.read_video(save_video(tmp_path / "a.avi", frames(30))))) == 30


def test_an_empty_video_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(CameraError) as caught:
        list(camera.read_video(tmp_path / "a.mp4"))
    assert caught.value.code == "video_empty"


@pytest.mark.parametrize(
    ("name", "fourcc", "code"), [("a.avi", "MJPG", "video_truncated"), ("a.mp4", "mp4v", "video_unreadable")]
)
def test_a_video_that_breaks_off_is_reported(tmp_path: Path, name: str, fourcc: str, code: str) -> None:
    path = save_video(tmp_path / name, frames(30), fourcc=fourcc)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CameraError) as caught:
        list(camera.read_video(path))
    assert caught.value.code == code


def test_a_camera_that_is_not_there_is_called_missing() -> None:
    with pytest.raises(CameraError) as caught:
        camera.open_camera(63)
    assert caught.value.code == "camera_missing"
    assert "63" in messages.sentence(caught.value)
