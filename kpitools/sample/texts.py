"""The words of the made-up shop: its people, topics, subjects and hours."""

from datetime import date, timedelta

# Made-up people: four or five agents a team.
AGENTS = (
    ("Nguyễn Thị Mai", "Trần Văn Hùng", "Lê Thu Hà", "Phạm Quốc Anh", "Võ Minh Châu")
    + ("Đặng Ngọc Lan", "Bùi Đức Thịnh", "Hồ Thanh Tâm", "Ngô Bảo Trân")
    + ("Dương Hải Nam", "Lý Gia Hân", "Đỗ Tuấn Kiệt", "Phan Mỹ Linh")
    + ("Vũ Hoàng Yến", "Mai Chí Dũng")
)
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô")
GIVEN = ("An Bình", "Bảo Ngọc", "Cẩm Tú", "Diệu Linh", "Đức Huy", "Gia Khánh", "Hải Yến", "Hồng Nhung", "Khánh Vy") + (
    "Minh Khôi",
    "Mỹ Duyên",
    "Ngọc Ánh",
    "Phương Thảo",
    "Quang Vinh",
    "Thanh Trúc",
    "Thu Hằng",
    "Tuấn Anh",
    "Yến Nhi",
)

# By team: Bán hàng, Đổi trả, Kỹ thuật, VIP.
TOPICS = (
    ("Giao hàng", "Tư vấn sản phẩm", "Khuyến mãi", "Thanh toán"),
    ("Đổi hàng", "Hoàn tiền", "Hàng lỗi", "Giao sai"),
    ("Lỗi website", "Đăng nhập", "Bảo hành", "Ứng dụng"),
    ("Giao hàng", "Hoàn tiền", "Bảo hành", "Thanh toán"),
)
TAGS = {
    "Giao hàng": "giao_hang",
    "Tư vấn sản phẩm": "tu_van",
    "Khuyến mãi": "khuyen_mai",
    "Thanh toán": "thanh_toan",
    "Đổi hàng": "doi_tra doi_hang",
    "Hoàn tiền": "doi_tra hoan_tien",
    "Hàng lỗi": "doi_tra hang_loi",
    "Giao sai": "doi_tra giao_sai",
    "Lỗi website": "ky_thuat website",
    "Đăng nhập": "ky_thuat dang_nhap",
    "Bảo hành": "ky_thuat bao_hanh",
    "Ứng dụng": "ky_thuat ung_dung",
}
SUBJECTS = {
    "Giao hàng": ("Bao giờ giao hàng?", "Đơn hàng chưa tới", "Xin đổi địa chỉ nhận"),
    "Tư vấn sản phẩm": ("Cho hỏi kích thước", "Còn màu xanh không ạ?", "Tư vấn giúp mình"),
    "Khuyến mãi": ("Mã giảm giá không dùng được", "Hỏi chương trình ưu đãi", "Chưa nhận quà tặng"),
    "Thanh toán": ("Thanh toán hai lần", "Chuyển khoản chưa ghi nhận", "Xin hoá đơn"),
    "Đổi hàng": ("Muốn đổi cỡ", "Đổi sang màu khác", "Đổi sản phẩm"),
    "Hoàn tiền": ("Chưa nhận tiền hoàn", "Xin hoàn tiền", "Bao lâu thì hoàn tiền?"),
    "Hàng lỗi": ("Hàng bị rách", "Sản phẩm hỏng khi nhận", "Hàng lỗi đường may"),
    "Giao sai": ("Giao nhầm sản phẩm", "Giao thiếu hàng", "Sai màu đã đặt"),
    "Lỗi website": ("Trang không tải được", "Giỏ hàng bị mất", "Không bấm được đặt hàng"),
    "Đăng nhập": ("Quên mật khẩu", "Không nhận được mã OTP", "Tài khoản bị khoá"),
    "Bảo hành": ("Hỏi bảo hành", "Máy không lên nguồn", "Gửi bảo hành ở đâu?"),
    "Ứng dụng": ("Ứng dụng bị treo", "Không cập nhật được ứng dụng", "Thông báo không hiện"),
}
# Text that must never become markup, a formula or a template when it is shown.
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.com","Xem đơn")',
    "{{7*7}} ${7*7} {% raw %}",
    "+84 000 000 000",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '"><img src=x onerror=alert(1)>',
    "a,b;c\td | $x_1$ `ls` **đậm** [x](javascript:alert(1))",
)

# Working hours by weekday, Monday first: before and from the change of 2025-07-01.
_SHORT, _LONG, _MORNING, _ALL = ((8, 12), (13, 17.5)), ((8, 12), (13, 18)), ((8, 12),), ((8, 20),)
OFFICE = ((_SHORT,) * 5 + (_MORNING, ()), (_LONG,) * 5 + (_MORNING, ()))
EXTENDED = ((_ALL,) * 7, (_ALL,) * 7)
CLOSED = tuple(
    (date.fromisoformat(first) + timedelta(days=i)).isoformat()
    for first, count in (("2025-01-25", 9), ("2026-02-14", 9))
    for i in range(count)
)
