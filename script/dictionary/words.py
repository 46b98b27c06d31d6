"""Words that passes are likely to hold, the more frequent first: what preset dictionaries are made from.

Written down from general knowledge of Vietnamese names and companies; no list of anybody else's was used, and no list
of actual people or companies.
"""

SURNAMES = (
    "Nguyễn Trần Lê Phạm Hoàng Vũ Phan Bùi Đặng Đỗ Trương Ngô Hồ Dương Đinh Võ Huỳnh Đào Đoàn Lâm Trịnh Mai Cao Hà "
    "Lương Lưu Lý Phùng Tạ Chu Thái Tô Vương Tăng Quách Châu Kiều Đàm Triệu Nghiêm Thân Giang La Tống Hứa Doãn Khổng "
    "Nông Lò Vi Quàng Giàng Sùng Lại Từ Văn Đồng Lục Khuất Phí Cù"
).split()

MALE_MIDDLES = (
    "Văn Đức Hữu Xuân Minh Quang Ngọc Công Đình Thanh Quốc Trọng Hồng Duy Tiến Mạnh Anh Viết Thành Huy Hoàng Bá Thế "
    "Trung Tuấn Đăng Gia Hải Phương Khắc Việt Danh Sỹ Tất Nhật Tấn Phúc Phước Chí Vĩnh Bảo Hoài Như"
).split()

FEMALE_MIDDLES = "Thị Thu Thanh Kim Ngọc Hồng Minh Thúy".split()

GIVEN_NAMES = (
    "Hùng Dũng Cường Tuấn Minh Thắng Hải Sơn Nam Long Hưng Bình Thành Trung Hà Tâm Anh Đức Quân Tùng Hoàng Hiếu Tú "
    "Kiên Quang Huy Mạnh Toàn Lâm Phong Vinh Khánh Linh Dương Thanh Tài Phúc Lợi Hòa Hậu Thịnh Đạt Chiến Quyết Tiến "
    "Vượng Giang Việt Nghĩa Trường Chung Công Thủy Hạnh Hiền Hương Lan Mai Nga Ngọc Phượng Thảo Trang Vân Yến Hoa Liên "
    "Loan Nhung Oanh Quỳnh Bắc Bảo Bằng Cảnh Chính Chương Cương Danh Diện Duy Đại Đăng Định Đoàn Đông Đồng Hào Hiển "
    "Hiệp Hiệu Hoan Hoạt Huấn Huân Khang Khoa Khôi Khải Kỳ Lập Luân Luận Lực Lương Ninh Nhân Nhật Phát Phú Phương "
    "Phước Quốc Quý Quyền Sang Sáng Sinh Sĩ Sỹ Thái Thạch Thân Thế Thiện Thông Thuận Thuyết Thức Thương Tiệp Tính Tín "
    "Tình Toán Tô Trí Triệu Trọng Trưởng Tuyên Tuyển Tường Văn Vương Xuân Ý Yên"
).split()

# How often a company's name begins so, in a hundred.
COMPANY_FORMS = (
    ("Công ty TNHH", 30),
    ("Công ty Cổ phần", 18),
    ("Công ty CP", 8),
    ("Công ty TNHH MTV", 7),
    ("CTCP", 3),
    ("Công ty", 3),
    ("HTX", 3),
    ("Hợp tác xã", 3),
    ("DNTN", 3),
    ("Chi nhánh Công ty", 2),
    ("Hộ kinh doanh", 2),
    ("Công ty TNHH Một thành viên", 2),
    ("Doanh nghiệp tư nhân", 1),
    ("Tổng công ty", 1),
    ("Xí nghiệp", 1),
)

SECTORS = (
    "Vận tải|Thương mại|Dịch vụ|Thương mại và Dịch vụ|Thương mại Dịch vụ|Vận tải và Thương mại|Dịch vụ Vận tải|"
    "Vận tải và Dịch vụ|Thương mại Vận tải|Đầu tư|Xây dựng|Xuất nhập khẩu|XNK|Sản xuất|Logistics|Giao nhận|"
    "Giao nhận Vận tải|Kho vận|Tiếp vận|Chuyển phát nhanh|Thực phẩm|Nông sản|Vật liệu xây dựng|Xăng dầu|Hóa chất|"
    "Dược phẩm|Môi trường|Container|Vận chuyển|Hàng hóa|Đường bộ|Quốc tế|Việt Nam|Hà Nội|Miền Bắc|TM|DV|VT|TMDV|TM&DV|"
    "Tập đoàn|Phát triển|Công nghiệp|Công nghệ|Cung ứng|Phân phối|Thủy sản|Chế biến|Bưu chính|Cơ khí|Đông lạnh|Bốc xếp"
).split("|")

SYLLABLES = (
    "Minh Phát Thành Hưng Thịnh Long An Bình Anh Đức Hoàng Gia Phú Tân Việt Nam Hải Sơn Trường Thái Tiến Đạt Quang "
    "Phúc Thuận Hà Bắc Đông Á Châu Đại Vĩnh Hồng Ngọc Kim Bảo Tín Nghĩa Lộc Tài Nhật Hùng Dũng Cường Toàn Thắng Lợi "
    "Hòa Phong Vân Linh Thiên Khánh Mai Hương Lan Thanh Xuân Thủy Nguyên Duy Dương Giang Hiệp Hữu Khang Lâm Mạnh Mỹ "
    "Nhất Ninh Phương Quốc Sao Sáng Sông Tây Thăng Thế Tiên Trung Tùng Tuấn Vượng Vạn Yên Lạc Liên Kết Đoàn Thống Bách "
    "Hợp Cửu Nội Ánh Biển Xanh Vàng Ngân Hạnh Tâm Trí Kiên Ích Huy Đăng Đình Hậu Hội Thương Nghệ"
).split()

PLACES = (
    "Hà Nội|Sài Gòn|Hải Phòng|Đà Nẵng|Cần Thơ|Bắc Ninh|Bắc Giang|Hải Dương|Hưng Yên|Vĩnh Phúc|Quảng Ninh|Thái Nguyên|"
    "Thái Bình|Nam Định|Ninh Bình|Hà Nam|Thanh Hóa|Nghệ An|Hà Tĩnh|Phú Thọ|Hòa Bình|Lạng Sơn|Lào Cai|Yên Bái|Sơn La|"
    "Tuyên Quang|Cao Bằng|Hà Giang|Điện Biên|Quảng Bình|Quảng Trị|Huế|Quảng Nam|Quảng Ngãi|Bình Định|Phú Yên|Khánh Hòa|"
    "Bình Thuận|Đắk Lắk|Gia Lai|Lâm Đồng|Bình Dương|Đồng Nai|Tây Ninh|Bà Rịa|Vũng Tàu|Long An|Tiền Giang|An Giang|"
    "Cà Mau|Miền Nam|Miền Trung|Đông Bắc|Tây Bắc"
).split("|")

# Ends of syllables, for words that are in no list: five bytes and more, so that a repetition is worth it.
RIMES = (
    "uộng uồng uống iềng iếng ưỡng ướng oảng uyệt uyện uyền uyến ượi ưới ười ượt ướp uối uốn uộc iệm iểm iềm iếm iệc "
    "iếc iễn iểu uật uẩn uần oại oản oặc oắn uấn uất iệt iết iện iển iền ước ược ượp uột uốt uổi uồn iếp iếu iều uyết"
).split()
