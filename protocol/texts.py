"""What officers read, in Vietnamese and English: outcomes, reasons with what to do, and the names of classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from protocol.credentials import CargoClass, Role, VehicleClass
from protocol.reasons import Outcome, Reason

Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class ReasonText:
    """What a reason means, and what the officer does."""

    title: str
    instruction: str


def _both(vi: tuple[str, str], en: tuple[str, str]) -> Mapping[Language, ReasonText]:
    return MappingProxyType({"vi": ReasonText(*vi), "en": ReasonText(*en)})


def _names(vi: str, en: str) -> Mapping[Language, str]:
    return MappingProxyType({"vi": vi, "en": en})


REASON_TEXTS: Final[Mapping[Reason, Mapping[Language, ReasonText]]] = MappingProxyType(
    {
        Reason.NOT_A_PASS: _both(
            ("Không phải mã của giấy nhận diện", "Đề nghị lái xe xuất trình đúng giấy nhận diện phương tiện."),
            ("Not the code of a pass", "Ask the driver for the vehicle's own identification paper."),
        ),
        Reason.FORMAT_INVALID: _both(
            ("Mã bị hỏng hoặc bị sửa", "Quét lại; nếu vẫn vậy, giữ giấy và báo chốt trưởng."),
            ("The code is damaged or altered", "Scan again; if it stays so, keep the paper and call the post chief."),
        ),
        Reason.FORMAT_UNSUPPORTED: _both(
            ("Mã thuộc phiên bản mới hơn", "Báo chốt trưởng; cập nhật phần mềm máy chốt."),
            ("The code is of a newer version", "Call the post chief; update this station's software."),
        ),
        Reason.ISSUER_UNKNOWN: _both(
            ("Không rõ cơ quan cấp", "Không chấp nhận giấy này; giữ giấy và báo chốt trưởng."),
            ("Unknown issuer", "Do not accept the paper; keep it and call the post chief."),
        ),
        Reason.ISSUER_KEY_REVOKED: _both(
            ("Khóa ký của giấy đã bị thu hồi", "Hướng dẫn lái xe liên hệ đơn vị vận tải để in giấy mới."),
            ("The signing key of this paper was withdrawn", "Tell the driver that the company must print a new paper."),
        ),
        Reason.SIGNATURE_INVALID: _both(
            ("Chữ ký không đúng: giấy bị sửa hoặc giả", "Giữ giấy và báo chốt trưởng."),
            ("Wrong signature: altered or forged", "Keep the paper and call the post chief."),
        ),
        Reason.NOT_YET_VALID: _both(
            ("Giấy chưa có hiệu lực", "Cho biết thời điểm bắt đầu; hướng dẫn xe quay lại."),
            ("Not valid yet", "Say when it begins; ask the vehicle to turn back."),
        ),
        Reason.EXPIRED: _both(
            ("Giấy đã hết hạn", "Hướng dẫn đơn vị vận tải xin cấp lại; cho xe quay lại."),
            ("Expired", "The company must apply again; ask the vehicle to turn back."),
        ),
        Reason.EXTENDED: _both(
            ("Giấy được gia hạn theo quyết định chung", "Cho qua như giấy còn hạn."),
            ("Extended by a general decision", "Treat it as a valid paper."),
        ),
        Reason.REVOKED: _both(
            ("Giấy đã bị thu hồi", "Giữ giấy và báo chốt trưởng."),
            ("Revoked", "Keep the paper and call the post chief."),
        ),
        Reason.SUSPENDED: _both(
            ("Giấy đang bị tạm dừng", "Mời xe vào kiểm tra; chốt trưởng hỏi cơ quan cấp."),
            ("Suspended", "Send the vehicle aside; the post chief asks the issuer."),
        ),
        Reason.PLATE_MISMATCH: _both(
            ("Sai biển số", "Giấy của xe khác; giữ giấy, ghi biển số thật và báo chốt trưởng."),
            (
                "Another vehicle's plate",
                "This is another vehicle's paper; keep it, note the real plate, call the chief.",
            ),
        ),
        Reason.CREW_MISMATCH: _both(
            ("Có người không có tên trên giấy", "Đề nghị người đó xuất trình thẻ lái xe, phụ xe hoặc phiếu bổ sung."),
            ("Somebody on board is not on the paper", "Ask that person for a crew card or an amendment slip."),
        ),
        Reason.CREW_EXPIRED: _both(
            ("Có người đã hết hạn xét nghiệm", "Đề nghị người đó xuất trình thẻ mới hoặc xét nghiệm lại."),
            ("A person's own validity has ended", "Ask that person for a newer card, or send them for a test."),
        ),
        Reason.NO_VALID_DRIVER: _both(
            ("Không có lái xe còn hạn", "Không cho xe đi tiếp cho đến khi có lái xe hợp lệ."),
            ("No driver is currently valid", "The vehicle waits until there is a valid driver."),
        ),
        Reason.PASS_MISSING: _both(
            ("Chưa quét giấy của phương tiện", "Thẻ hợp lệ; đề nghị xuất trình giấy nhận diện phương tiện."),
            ("The vehicle's own pass was not scanned", "The card is valid; ask for the vehicle's paper and scan it."),
        ),
        Reason.SUPPLEMENT_UNUSABLE: _both(
            (
                "Phiếu hoặc thẻ kèm theo không áp dụng",
                "Xem có đúng xe, đúng người, còn hạn không; nếu không, chỉ xét giấy chính.",
            ),
            (
                "A slip or card beside the pass does not count",
                "Check vehicle, person and end date; go by the pass alone.",
            ),
        ),
        Reason.OFF_ROUTE: _both(
            ("Điểm này không có trên lộ trình", "Hỏi lái xe lý do và ghi chú."),
            ("This place is not on the route", "Ask the driver why and make a note."),
        ),
        Reason.ARRIVED_FROM_ZONE: _both(
            ("Đến từ khu vực phong tỏa hoặc ổ dịch", "Mời xe vào kiểm tra; hỏi nơi lưu trú của từng người."),
            ("Comes from a lockdown or outbreak area", "Send the vehicle aside; ask where each person will lodge."),
        ),
        Reason.ENTERING_ZONE: _both(
            ("Lộ trình đi vào khu vực phong tỏa hoặc ổ dịch", "Thông báo cho lái xe; chốt trưởng quyết định."),
            ("The route enters a lockdown or outbreak area", "Tell the driver; the post chief decides."),
        ),
        Reason.ALREADY_SCANNED: _both(
            ("Giấy này vừa được quét tại đây", "So biển số với xe: có thể là bản sao dùng cho xe khác."),
            ("Scanned here a moment ago", "Compare the plate with the vehicle: it may be a copy on another one."),
        ),
        Reason.IMPOSSIBLE_TRAVEL: _both(
            ("Vừa được quét ở nơi khác quá xa", "Một trong hai giấy là bản sao; so biển số, báo chốt trưởng."),
            ("Scanned too far away too recently", "One of the two is a copy; compare the plate, call the post chief."),
        ),
        Reason.TRUST_STALE: _both(
            ("Dữ liệu kiểm tra đã cũ", "Vẫn làm việc bình thường; đồng bộ khi có mạng."),
            ("This station's data is old", "Carry on; synchronise as soon as there is a network."),
        ),
        Reason.TRUST_EXPIRED: _both(
            ("Dữ liệu kiểm tra quá cũ", "Mời xe vào kiểm tra; đồng bộ qua mạng hoặc USB."),
            ("This station's data is too old", "Send the vehicle aside; synchronise by network or USB."),
        ),
        Reason.CLOCK_DOUBT: _both(
            ("Đồng hồ của máy chốt có thể sai", "Chốt trưởng kiểm tra và chỉnh giờ."),
            ("This station's clock may be wrong", "The post chief checks and sets the time."),
        ),
    }
)
"""For every reason a title, and what the officer does."""

OUTCOME_TEXTS: Final[Mapping[Outcome, Mapping[Language, str]]] = MappingProxyType(
    {
        Outcome.ADMIT: _names("CHO QUA", "ADMIT"),
        Outcome.REFER: _names("KIỂM TRA THÊM", "CHECK FURTHER"),
        Outcome.REFUSE: _names("KHÔNG CHO QUA", "DO NOT ADMIT"),
    }
)
"""The one phrase of a verdict."""

ROLE_TEXTS: Final[Mapping[Role, Mapping[Language, str]]] = MappingProxyType(
    {Role.DRIVER: _names("Lái xe", "Driver"), Role.ASSISTANT: _names("Phụ xe", "Assistant")}
)

VEHICLE_CLASS_TEXTS: Final[Mapping[VehicleClass, Mapping[Language, str]]] = MappingProxyType(
    {
        VehicleClass.OTHER: _names("Phương tiện khác", "Other vehicle"),
        VehicleClass.VAN: _names("Xe tải van", "Van"),
        VehicleClass.TRUCK: _names("Xe tải", "Truck"),
        VehicleClass.TRACTOR: _names("Xe đầu kéo", "Tractor unit"),
        VehicleClass.CONTAINER: _names("Xe chở công-te-nơ", "Container truck"),
        VehicleClass.REFRIGERATED: _names("Xe đông lạnh", "Refrigerated truck"),
        VehicleClass.TANKER: _names("Xe bồn", "Tanker"),
        VehicleClass.DUMP: _names("Xe tải tự đổ", "Dump truck"),
        VehicleClass.TRAILER: _names("Rơ moóc, sơ mi rơ moóc", "Trailer"),
        VehicleClass.TOW: _names("Xe cứu hộ", "Tow truck"),
        VehicleClass.PICKUP: _names("Xe bán tải", "Pickup"),
    }
)

CARGO_CLASS_TEXTS: Final[Mapping[CargoClass, Mapping[Language, str]]] = MappingProxyType(
    {
        CargoClass.OTHER: _names("Hàng hóa khác", "Other goods"),
        CargoClass.FOOD: _names("Lương thực, thực phẩm", "Food"),
        CargoClass.MEDICAL: _names("Thuốc, vật tư y tế", "Medicine and medical supplies"),
        CargoClass.FUEL: _names("Xăng dầu, khí đốt", "Fuel and gas"),
        CargoClass.ESSENTIALS: _names("Hàng thiết yếu khác", "Other essentials"),
        CargoClass.FARMING: _names("Nông sản, vật tư nông nghiệp", "Farm produce and supplies"),
        CargoClass.LIVESTOCK: _names("Gia súc, gia cầm, thủy sản", "Livestock and seafood"),
        CargoClass.PRODUCTION: _names("Nguyên liệu, linh kiện sản xuất", "Materials and parts for production"),
        CargoClass.CONSTRUCTION: _names("Vật liệu xây dựng", "Building materials"),
        CargoClass.IMPORT_EXPORT: _names("Hàng xuất khẩu, nhập khẩu", "Imports and exports"),
        CargoClass.PARCELS: _names("Bưu gửi, hàng chuyển phát", "Post and parcels"),
        CargoClass.WASTE: _names("Chất thải, vệ sinh môi trường", "Waste"),
        CargoClass.EMPTY: _names("Xe không chở hàng", "No load"),
    }
)
