"""Rules that many KPIs share: which tickets count at all."""

from ibis import _

from kpitools.kpi import Rule, Words
from kpitools.tables import UNCOUNTED

NOT_UNCOUNTED = Rule(
    "spam_deleted_merged",
    ~_.status.fill_null("").isin(UNCOUNTED),
    Words("spam, deleted or merged away", "là thư rác, đã xóa hoặc đã gộp"),
)
NOT_TEST = Rule("test", ~_.is_test.fill_null(False), Words("test tickets", "là phiếu thử nghiệm"))
COUNTABLE = (NOT_UNCOUNTED, NOT_TEST)
# The same of answers and contacts; one whose ticket is not known stays.
ON_COUNTABLE = (
    NOT_UNCOUNTED._replace(
        dropped=Words("on tickets that are spam, deleted or merged away", "thuộc phiếu là thư rác, đã xóa hoặc đã gộp")
    ),
    NOT_TEST._replace(dropped=Words("on test tickets", "thuộc phiếu thử nghiệm")),
)
ON_NO_TEST = ON_COUNTABLE[1]
CALLS_STAND = Words(
    "A call counts whatever became of its ticket (the caller waited all the same), unless that is a test.",
    "Cuộc gọi vẫn tính dù phiếu của nó về sau ra sao (khách vẫn phải chờ), trừ phiếu thử nghiệm.",
)
INTERVALS_TOGETHER = Words(
    "Where the data has intervals of a phone report instead of calls, n is their calls, and the 95 % interval tells "
    "how far the intervals differ, since the calls of one rush share their fate. Fewer than ten intervals give none.",
    "Nếu dữ liệu chỉ có các khoảng thời gian của báo cáo tổng đài thay vì từng cuộc gọi thì n là số cuộc gọi của "
    "chúng, và khoảng tin cậy 95 % dựa trên mức khác nhau giữa các khoảng, vì các cuộc trong cùng lúc cao điểm ảnh "
    "hưởng lẫn nhau. Dưới mười khoảng thì không đưa ra.",
)
CREATED = Rule("created", _.created_at.notnull(), Words("without a creation time", "không có thời điểm tạo"))
BY_CUSTOMER = Rule(
    "opened_by_agent",
    _.opened_by.fill_null("customer") != "agent",
    Words("opened by an agent", "do nhân viên tự mở"),
)
DONE_WITHOUT_TIME = Words("done, but nobody knows when", "đã xong nhưng không rõ lúc nào")
EVER_RESOLVED = Rule(
    "resolved", _.ever_resolved_at.notnull(), Words("not resolved yet", "chưa được giải quyết lần nào")
)
REPLIES_KNOWN = Rule(
    "replies_unknown",
    _.agent_replies.notnull(),
    Words("with an unknown number of replies", "không rõ số lần trả lời"),
)
