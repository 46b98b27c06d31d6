"""What carriers, reviewers, health and district staff do on the issuer's pages."""

import re
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from passes.local_time import local_date, now

from .conftest import World, choose_area

PLATE = "29C-456.78"
DRIVER = "Nguyễn Đình Chiến"
DRIVER_ID = "001091234567"
ASSISTANT = "Lê Văn Phụng"
DEPOT = "Phường Thanh Xuân Trung, Quận Thanh Xuân"


def spoken(day: date) -> str:
    """A day as people here write it."""
    return f"{day:%d/%m/%Y}"


def follow(page: Page, name: str) -> None:
    """Open an area of the application by its navigation."""
    page.get_by_role("navigation", name="Chức năng").get_by_role("link", name=name, exact=True).click()


def register_vehicle(world: World, page: Page) -> None:
    """Add a truck; the plate is mistyped first, and nothing else that was typed is lost."""
    follow(page, "Phương tiện")
    world.shot(page, "carrier-vehicles")
    page.get_by_role("link", name="Thêm phương tiện").click()
    page.get_by_label("Biển số").fill("29C-12")
    page.get_by_label("Loại phương tiện").select_option(label="Xe tải")
    page.get_by_label("Tải trọng").fill("8,5")
    page.get_by_label("Hạn đăng kiểm").fill(spoken(local_date(now()) + timedelta(days=200)))
    page.get_by_role("button", name="Lưu phương tiện").click()
    expect(page).to_have_title(re.compile("^Lỗi:"))
    world.shot(page, "carrier-vehicle-error")
    expect(page.get_by_label("Tải trọng")).to_have_value("8,5")
    page.get_by_label("Biển số").fill(PLATE)
    page.get_by_role("button", name="Lưu phương tiện").click()
    expect(page.get_by_role("main")).to_contain_text(PLATE)


def register_person(world: World, page: Page, name: str, id_number: str, role: str) -> None:
    """Add a driver or assistant who lives in Vân Đình."""
    follow(page, "Lái xe, phụ xe")
    page.get_by_role("link", name="Thêm người").click()
    page.get_by_label("Số giấy tờ tùy thân").fill(id_number)
    page.get_by_label("Họ và tên").fill(name)
    page.get_by_label("Số điện thoại").fill("0912 345 678")
    choose_area(page, "Phường/xã/thị trấn đang cư trú", "van dinh", "Thị trấn Vân Đình")
    page.get_by_label(role, exact=True).check()
    if role == "Lái xe":
        page.get_by_label("Hạng giấy phép lái xe").select_option("C")
        page.get_by_label("Ngày hết hạn giấy phép lái xe").fill(spoken(local_date(now()) + timedelta(days=500)))
    world.shot(page, f"carrier-person-{'driver' if role == 'Lái xe' else 'assistant'}")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(name)


def apply(world: World, page: Page) -> str:
    """Apply for a trip to the depot; return the reference number."""
    today = local_date(now())
    follow(page, "Hồ sơ")
    page.get_by_role("link", name="Lập hồ sơ mới").first.click()
    choose_area(page, "Điểm đi", "dong hai 1", "Phường Đông Hải 1, Quận Hải An")
    choose_area(page, "Điểm đến", "thanh xuan trung", DEPOT)
    page.get_by_label("Loại hàng").select_option(index=1)
    page.get_by_label("Từ ngày").fill(spoken(today))
    page.get_by_label("Đến hết ngày").fill(spoken(today + timedelta(days=6)))
    world.shot(page, "carrier-application")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.get_by_text(PLATE).click()
    world.shot(page, "carrier-application-vehicles")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.get_by_role("link", name="Xếp người cho").click()
    for name in (DRIVER, ASSISTANT):
        page.get_by_label(name).check()
    world.shot(page, "carrier-application-crew")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    world.shot(page, "carrier-application-tasks")
    page.get_by_role("link", name="Làm tiếp").click()
    expect(page.get_by_role("main")).to_contain_text(PLATE)
    world.shot(page, "carrier-check")
    page.get_by_role("button", name="Nộp hồ sơ").click()
    reference = re.search(r"HS-\d{6}-\w{5}", page.get_by_role("main").inner_text())
    assert reference, "the confirmation shows no reference number"
    world.shot(page, "carrier-submitted")
    return reference[0]


def approve(world: World, page: Page, reference: str) -> None:
    """Find the application in the queue and approve it."""
    follow(page, "Hồ sơ chờ duyệt")
    world.shot(page, "reviewer-queue")
    page.get_by_role("link", name=reference).click()
    world.shot(page, "reviewer-review")
    page.get_by_role("button", name="Duyệt và cấp giấy").click()
    expect(page.get_by_role("main")).not_to_contain_text("Duyệt và cấp giấy")


def download(world: World, page: Page, folder: Path) -> Path:
    """Download the printed pass as soon as it is signed."""
    for _ in range(60):
        follow(page, "Giấy đã cấp")
        row = page.get_by_role("row").filter(has_text=PLATE)
        link = row.get_by_role("link", name="Tải PDF")
        if link.count():
            break
        page.wait_for_timeout(250)
    world.shot(page, "carrier-passes")
    with page.expect_download() as started:
        link.click()
    path = folder / "downloaded.pdf"
    started.value.save_as(path)
    return path


def revoke(world: World, page: Page, plate: str) -> None:
    """Revoke the pass of a plate, with a reason."""
    follow(page, "Sổ giấy đã cấp")
    world.shot(page, "reviewer-register")
    page.get_by_role("link", name=plate).first.click()
    world.shot(page, "reviewer-pass")
    page.get_by_role("link", name="Thu hồi giấy").click()
    page.get_by_role("radio").nth(1).check()
    page.get_by_label("Tôi đã kiểm tra").check()
    world.shot(page, "reviewer-revoke")
    page.get_by_role("button", name="Thu hồi giấy").click()
    expect(page.get_by_role("main")).to_contain_text("Đã thu hồi")


def publish_zone(world: World, page: Page) -> None:
    """Publish the depot's ward, in force since a week ago, after a look at what it hits."""
    follow(page, "Khu vực phong tỏa, ổ dịch")
    world.shot(page, "health-zones")
    page.get_by_role("link", name="Công bố khu vực").first.click()
    page.get_by_label("Tên khu vực").fill("Phường Thanh Xuân Trung")
    page.get_by_label("Khu vực phong tỏa", exact=True).check()
    choose_area(page, "Phường, xã, quận, huyện hoặc tỉnh", "thanh xuan trung", DEPOT)
    page.get_by_label("Từ ngày").fill(spoken(local_date(now()) - timedelta(days=7)))
    page.get_by_label("Từ giờ").fill("00:00")
    page.get_by_label("Số quyết định").fill("3642/QĐ-UBND")
    world.shot(page, "health-zone-form")
    page.get_by_role("button", name="Xem trước").click()
    world.shot(page, "health-zone-preview")
    page.get_by_role("radio").last.check()
    page.get_by_role("button", name="Công bố", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("3642/QĐ-UBND")
    world.shot(page, "health-zone")
