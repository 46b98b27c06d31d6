"""Passes as they might have been issued in the autumn of 2021, for measuring sizes.

The words are tables of this file alone, written for this purpose; dictionary 1 was built from others. Names come by
their rough frequency in the population, rare ones among them, companies in many kinds. Common words stand in
both, as they must; `words_unknown_to` says how many do not.
"""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from protocol.claims import CargoClass, CrewEntry, Role, StatusRef, VehicleClass, VehiclePass

CREW_SIZES = {1: 60, 2: 37, 3: 3}
"""1.43 persons a vehicle: 20,948 people in 14,642 vehicles on one day."""

_PEOPLE = """
Nguyễn 315 Trần 109 Lê 89 Phạm 59 Hoàng 41 Vũ 34 Phan 28 Bùi 22 Đặng 20 Đỗ 20 Trương 18 Ngô 16 Hồ 13 Dương 13 Đinh 11
Huỳnh 12 Võ 11 Đào 9 Đoàn 9 Lâm 6 Trịnh 8 Mai 7 Cao 7 Hà 7 Lương 7 Lưu 5 Lý 5 Phùng 5 Tạ 4 Chu 5 Thái 3 Tô 3 Vương 3
Quách 2 Kiều 2 Đàm 2 Nghiêm 2 Khuất 1.5 Ninh 1 Bạch 1 Lã 1 Cấn 1 Nhữ .7 Đồng 1 Tống 1 Triệu 1 Hứa 1 Lò 1 Sái .5 Ứng .4
Ngọ .4 Mạc .6 Phó .3 Viên .4 Bế .4 Hoa .3 Trà .3 Thiều .4 Giáp .6 Thạch .4
"""
_MIDDLES_OF_MEN = """
Văn 340 Đức 55 Hữu 35 Xuân 38 Minh 38 Quang 38 Ngọc 35 Công 25 Đình 30 Thanh 25 Quốc 25 Trọng 17 Hồng 16 Duy 18 Tiến 18
Mạnh 18 Anh 15 Viết 10 Thành 14 Huy 12 Hoàng 12 Bá 12 Thế 17 Trung 11 Tuấn 10 Đăng 8 Gia 5 Hải 8 Việt 8 Khắc 6 Danh 3
Sỹ 4 Tất 4 Chí 6 Phúc 4 Vĩnh 2 Đại 2 Huyền .5 Cảnh 2 Kiên 1 Cao 1 Nho .7 Phi 1.5 Kế .5 Thiện 1 Bảo 2 Đắc 2.5 Phú 2 Như 1
Thái 2 Nam 1.5 Trường 2 Xuyên .3 Phan 3 Vũ 3
"""
_MIDDLES_OF_WOMEN = (
    "Thị 700 Thu 40 Thanh 40 Ngọc 40 Kim 25 Thị_Thu 30 Thị_Thanh 25 Minh 15 Hồng 20 Thúy 15 Bích 10 Phương 10"
)
_MEN = """
Hùng Dũng Cường Tuấn Minh Thắng Hải Sơn Nam Long Hưng Bình Thành Trung Hà Tâm Anh Đức Quân Tùng Hoàng Hiếu Tú Kiên Quang
Huy Mạnh Toàn Lâm Phong Vinh Khánh Linh Dương Thanh Tài Phúc Lợi Hòa Hậu Thịnh Đạt Chiến Quyết Tiến Vượng Giang Việt
Nghĩa Trường Chung Công Thủy Bắc Bảo Duy Đông Hiệp Khoa Khang Luân Lực Nhật Phát Phú Phương Phước Quý Sang Sáng Thái Thế
Thiện Thuận Tính Trọng Trí Tuyên Văn Xuân Ngọc Hiền
""".split()
_RARE_MEN = """
Khương Nhẫn Thiệp Tuyến Huyên Hoành Lưỡng Dậu Sửu Thìn Tỵ Mùi Hợi Nghị Khải Đôn Chuyên Viện Độ Giáp Khiêm Cung Lĩnh
Thuần Thuyên Tuân Khởi Kha Luyện Mười Bảy Chín Năm Tư Sáu Út Ba Tám Nhuận Quảng Tạo Thụ Vĩ Đượm Phi Lộc Điệp Đoan Ước
Lịch Uy Doanh Duẩn Nhất Đoàn Đệ Hoài Hới Ích Kết Khuê Liêm Mẫn Nguyên Núi Phòng Quỳnh Soạn Tấn Thoan Tráng Trình Trụ Tuệ
Tuyền Vang Vọng Vỹ Xuyên Ánh Đài Điền Đồng Đính Quyến Rin Tới Thơ Thưởng Kỷ
""".split()
_WOMEN = """
Hương Lan Hoa Hà Hằng Hạnh Hiền Huyền Linh Loan Mai Nga Ngọc Nhung Phương Quỳnh Thảo Thủy Thu Trang Vân Yến Oanh Liên
Dung Duyên Hồng Thơm Tuyết Thoa Xuyến Cúc
""".split()
_FORMS = """
Công_ty_TNHH 300 Công_ty_Cổ_phần 170 Công_ty_CP 70 CTCP 25 Công_ty_TNHH_MTV 60 HTX 35 Hợp_tác_xã 30 DNTN 20
Hộ_kinh_doanh 25 Chi_nhánh_Công_ty_TNHH 15 Công_ty 25 Tổng_công_ty 8 Xí_nghiệp 4 Công_ty_TNHH_Một_thành_viên 10
Công_ty_Liên_doanh 4
"""
_SECTORS = """
Vận_tải 260 Thương_mại 110 Thương_mại_và_Dịch_vụ 60 Thương_mại_Dịch_vụ 50 Dịch_vụ_Vận_tải 70 Vận_tải_và_Thương_mại 40
Thương_mại_và_Vận_tải 40 Giao_nhận_Vận_tải 25 Logistics 35 Tiếp_vận 15 Xuất_nhập_khẩu 25 XNK 12 Đầu_tư_và_Thương_mại 20
Thực_phẩm 20 Nông_sản 12 Xây_dựng 20 Vật_liệu_xây_dựng 10 Sản_xuất_và_Thương_mại 20 TM_&_DV 15 TMDV_Vận_tải 15
Vận_tải_đường_bộ 8 Vận_tải_hàng_hóa 15 Dược_phẩm 8 Thủy_hải_sản 6 Chăn_nuôi 5 Gỗ 4 Thép 6 Nhựa 5 Bao_bì 5 Xăng_dầu 10
Gas 4 Chuyển_phát 8 Kho_vận 8 Môi_trường_đô_thị 5 Cơ_điện_lạnh 3 Điện_tử 4 May_mặc 4 Thức_ăn_chăn_nuôi 6 _ 70
"""
_BRANDS = """
Hải Âu|Phương Trang|Thiên Phú|Bình Minh|Trường Hải|Nhật Việt|Tuấn Dũng|Hùng Cường|Mạnh Hà|Sao Việt|Văn Minh|Đất Cảng|
Hoa Phượng|Cầu Vồng|Ngôi Sao|Đại Dương|Lúa Vàng|Tia Chớp|Bạch Đằng|Sông Đà|Ba Vì|Đồng Xuân|Thăng Long|Hạ Long|
Chiến Thắng|Quyết Tiến|Hữu Nghị|Tiên Phong|Việt Tiến|Vạn Xuân|Lạc Hồng|Âu Lạc|Kinh Bắc|Tràng An|Hoàn Kiếm|Tây Hồ|
Sông Hồng|Hoàng Long|Duyên Hải|Tân Cảng|Đoàn Kết|Thành Đạt|Minh Phát|Gia Hưng|Phú Thịnh|An Phát|Đức Thịnh|Nam Phương|
Quang Minh|Hồng Hà|Ngọc Linh|Trung Kiên|Bảo Tín|Tiến Phát|Thuận An|Hưng Thịnh Phát|Tân Thành Đô|Vĩnh Tường|Yên Phong|
Kim Liên|Bắc Hà|Cẩm Phả|Đông Bắc|Tây Nguyên|Miền Trung|Nhất Tín|Tín Nghĩa|Cửu Long|Á Châu|Toàn Cầu|Thái Dương|Mặt Trời|
Bảy Núi|Mỹ Đình|Phúc Lâm|Ánh Dương|Đăng Khoa|Huy Hoàng|Khánh An|Lộc Phát|Nguyên Khang|Phong Phú|Quốc Thái|Sơn Trà|
Tâm An|Uy Tín|Xuân Trường|Ý Yên|Bách Việt|Cường Thịnh|Dương Gia|Thống Nhất|Rạng Đông|Trúc Lâm|Hạnh Phúc|Chân Mây|
Vũng Áng|Nghi Sơn|Cát Tường|Hòa Bình|Đồng Tâm|Thiên Long|Phượng Hoàng|Kỳ Lân|Hổ Vàng|Ong Vàng|Chim Én|Cánh Buồm|
Ngựa Sắt|Đường Việt|Trường Sơn|Xuyên Á|Liên Á|Bắc Nam|Đông Tây|Thần Tốc|Siêu Tốc|Hỏa Tốc|Sài Gòn|Hà Nội|Hải Phòng|
Nam Định|Thái Bình|Nghệ An|Lạng Sơn|Móng Cái|Quảng Ninh|Vinalines|Gemadept|ITL|T&T|ASG|Delta|Sunrise|Pacific|Interlink|
Vinafco|Transimex|DHT|VNT|Hoàng Phát 68|Minh Quân 79|Số 1|Số 9|An Bình 86
""".replace("\n", "").split("|")
_PROVINCES = "01 79 31 30 33 24 27 35 36 22 20 48 74 75 92 25 26 34 37 38 40".split()
_SERIES = "29C 30E 15C 14C 17C 18C 19C 20C 21C 34C 35C 36C 37C 38C 51C 51D 61C 60C 88C 89C 90C 98C 99C 29LD 15R".split()
_FIRST_DAY = datetime(2021, 7, 25, 17, tzinfo=UTC)

Table = list[tuple[str, float]]


def _table(text: str) -> Table:
    words = text.split()
    return [
        (word.replace("_", " ").strip(), float(weight)) for word, weight in zip(words[::2], words[1::2], strict=True)
    ]


SURNAMES, MIDDLES_OF_MEN, MIDDLES_OF_WOMEN = map(_table, (_PEOPLE, _MIDDLES_OF_MEN, _MIDDLES_OF_WOMEN))
FORMS, SECTORS = _table(_FORMS), _table(_SECTORS)


def passes(count: int, seed: int, crew: int | None = None) -> list[VehiclePass]:
    """Make up passes.

    Args:
        count: How many.
        seed: The same one gives the same passes.
        crew: How many persons each; None for as many as vehicles had on the road.
    """
    chance = random.Random(seed)
    return [_pass(chance, crew) for _ in range(count)]


def words_unknown_to(dictionary: bytes, corpus: list[VehiclePass]) -> tuple[float, float]:
    """Give the share of words in names and companies that a dictionary lacks, of all words and of different ones."""
    words = [word for one in corpus for text in (one.carrier, *(p.name for p in one.crew)) for word in text.split()]
    different = set(words)
    return (
        sum(word.encode() not in dictionary for word in words) / len(words),
        sum(word.encode() not in dictionary for word in different) / len(different),
    )


def _pass(chance: random.Random, crew: int | None) -> VehiclePass:
    not_before = _FIRST_DAY + timedelta(days=chance.randrange(120))
    days = chance.choice([3, 5, 7, 7, 7, 14, 14, 30])
    persons = crew or chance.choices(list(CREW_SIZES), list(CREW_SIZES.values()))[0]
    return VehiclePass(
        iss="VN-HN",
        cti=chance.randbytes(8),
        issued_at=not_before - timedelta(seconds=chance.randrange(3 * 86_400)),
        not_before=not_before,
        expires_at=not_before + timedelta(days=days),
        plate=chance.choice(_SERIES) + f"{chance.randrange(10**5):05}"[: 4 if chance.random() < 0.08 else 5],
        vehicle_class=chance.choices(list(VehicleClass), [1, 6, 40, 20, 12, 8, 4, 4, 3, 0.5, 1])[0],
        payload_tonnes=Decimal(chance.choice([5, 12, 19, 25, 35, 50, 70, 99, 150, 180, 220, chance.randrange(320)]))
        / 10,
        carrier=_carrier(chance),
        crew=tuple(_person(chance, place, not_before, days) for place in range(persons)),
        route=tuple(_area(chance) for _ in range(chance.choices([2, 3, 4, 5, 6], [50, 25, 15, 7, 3])[0])),
        cargo=chance.choices(list(CargoClass), [4, 18, 6, 6, 8, 8, 4, 12, 8, 14, 6, 2, 4])[0],
        status=StatusRef(f"status/{chance.choices([0, 1, 2], [8, 1, 1])[0]}", chance.randrange(2**17)),
    )


def _person(chance: random.Random, place: int, not_before: datetime, days: int) -> CrewEntry:
    """Three of four have a test of their own that ends before the pass does."""
    own = not_before + timedelta(minutes=chance.randrange(600, min(days, 4) * 1_440))
    role = Role.DRIVER if place == 0 or chance.random() < 1 / 3 else Role.ASSISTANT
    return CrewEntry(role, _name(chance), f"{chance.randrange(10_000):04}", own if chance.random() < 3 / 4 else None)


def _name(chance: random.Random) -> str:
    if chance.random() < 0.04:
        return f"{_pick(chance, SURNAMES)} {_pick(chance, MIDDLES_OF_WOMEN)} {chance.choice(_WOMEN)}"
    frequent = chance.choices(_MEN, [1 / (place + 12) for place in range(len(_MEN))])[0]
    given = frequent if chance.random() < 0.86 else chance.choice(_RARE_MEN)
    return f"{_pick(chance, SURNAMES)} {_pick(chance, MIDDLES_OF_MEN)} {given}"


def _carrier(chance: random.Random) -> str:
    while True:
        form, sector = _pick(chance, FORMS), _pick(chance, SECTORS)
        brand = chance.choice(_BRANDS) if chance.random() < 0.88 else " ".join(chance.sample(_MEN, 2))
        if form == "Hộ kinh doanh":
            sector, brand = "", _name(chance)
        name = " ".join(part for part in (form, sector, brand) if part)
        if len(name) <= 60:
            return name


def _area(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.25:
        return chance.choice(_PROVINCES)
    return f"{chance.randrange(1, 974):03}" if kind < 0.6 else f"{chance.randrange(1, 32_249):05}"


def _pick(chance: random.Random, table: Table) -> str:
    return chance.choices([word for word, _ in table], [weight for _, weight in table])[0]
