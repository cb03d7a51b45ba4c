# ruff: noqa: E501 - Markdown tables and CSV have no line breaks to spend
"""The files that are text: desk.yml, targets, interventions, README."""

from kpitools.sample import texts

DESK = """\
# Cửa hàng Sen: a made-up online shop. What each key means: `kpitools.settings`.
name: Cửa hàng Sen
language: vi
timezone: Asia/Ho_Chi_Minh
as_of: "{as_of}"
max_loss: 0.05
files:
  - file: zendesk_tickets.csv
    format: zendesk
    timezone: Asia/Ho_Chi_Minh
    tables:
      tickets:
        sla_due_at: Due date  # here the promise to the customer
  - file: messages.csv
    format: messages
  - file: team_changes.csv
    timezone: UTC
    tables:
      status_changes: {{ticket_id: ticket_id, at: at, team: team}}
  - file: calls.csv
    format: calls
  - file: surveys.csv
    format: surveys
  - file: feedback.csv
    format: surveys
  - file: customers.csv
    format: customers
  - file: activity.csv
    format: activity
  - file: leads.csv
    format: leads
  - file: spend.csv
    format: spend
  - file: sales.csv
    format: sales
  - file: balances.csv
    format: balances
  - file: revenue_changes.csv
    format: revenue_changes
  - file: brand_surveys.csv
    format: brand_surveys
  - file: engagement.csv
    format: engagement
  - file: agent_days.csv
    format: agent_days
currency: VND
schedules:
  office:
    holidays: VN
    closed: [{closed}]
    changes:
      - from: "2020-01-01"
        hours:
          mon-fri: ["08:00-12:00", "13:00-17:30"]
          sat: ["08:00-12:00"]
      - from: "2025-07-01"
        hours:
          mon-fri: ["08:00-12:00", "13:00-18:00"]
          sat: ["08:00-12:00"]
  extended:
    holidays: VN
    closed: [{closed}]
    hours:
      mon-sun: ["08:00-20:00"]
default_schedule: office
team_schedules:
  VIP: extended
team_levels: {{Bán hàng: 1, Đổi trả: 1, VIP: 1, Kỹ thuật: 2}}  # a move up is an escalation
options:
  fcr_window_days: 7
  reopen_window_days: 7
  test_tags: [test, spam, closed_by_merge]
  lead_maturity_days: 90
"""

SMALL_DESK = """\
# {about}
name: {name}
language: vi
timezone: Asia/Ho_Chi_Minh
as_of: "{as_of}"
max_loss: 0.05
files:
{files}
schedules:
  office:
    holidays: VN
    closed: [{closed}]
    hours:
      mon-fri: ["08:00-12:00", "13:00-18:00"]
      sat: ["08:00-12:00"]
default_schedule: office
"""

SMALL = {
    "liveagent": (
        "Sen trên Facebook và Zalo",
        "The shop on Facebook and Zalo: LiveAgent, one-letter status, times in UTC.",
        "  - {file: liveagent_tickets.csv, format: liveagent_tickets, timezone: UTC}\n"
        "  - {file: liveagent_history.csv, format: liveagent_history, timezone: UTC}\n"
        "  - {file: liveagent_transfers.csv, format: liveagent_history, timezone: UTC}\n"
        "  - {file: rewards.csv, format: surveys}\n"
        "team_levels: {Bán hàng: 1, Đổi trả: 1, Kỹ thuật: 2}  # a move up is an escalation",
    ),
    "freshdesk": (
        "Sen phụ tùng",
        "The spare-parts shop: Freshdesk, HH:MM:SS of working time under '(in hrs)', answers from 1 to 5.",
        "  - {file: freshdesk_tickets.csv, format: freshdesk, timezone: Asia/Ho_Chi_Minh}\n"
        "  - {file: surveys.csv, format: surveys}",
    ),
    "eventlog": (
        "Sen xưởng sửa chữa",
        "The workshop: a process log with case, activity and time.",
        "  - file: event_log.csv\n"
        "    format: event_log\n"
        "    timezone: Asia/Ho_Chi_Minh\n"
        "    statuses: {assign seriousness: new, wait: pending}",
    ),
    "phone": (
        "Sen tổng đài",
        "Another hotline, of which only half-hours are known; kept apart so that no call counts twice.",
        "  - {file: phone_intervals.csv, format: phone_intervals, timezone: Asia/Ho_Chi_Minh}",
    ),
}

# Times in hours (handle time in minutes), shares as fractions, nps in points. An empty team means everybody; counts
# and rates a period say for which one they are (every).
TARGETS = """\
kpi,valid_from,valid_to,team,target,low,high,hours,every
first_response_time,2024-07-01,2025-06-30,,4,,,calendar,
first_response_time,2025-07-01,,,2,,,calendar,
first_response_time,2024-07-01,,VIP,2,,,calendar,
first_response_time,2024-07-01,,,1.5,,,business,
average_wait_time,2024-07-01,,,12,,,calendar,
resolution_time,2024-07-01,2025-06-30,,36,,,calendar,
resolution_time,2025-07-01,,,30,,,calendar,
resolution_time,2024-07-01,,VIP,18,,,calendar,
first_resolution_time,2024-07-01,,,30,,,calendar,
csat,2024-07-01,2025-08-31,,0.75,,,,
csat,2025-09-01,,,0.8,,,,
first_contact_resolution_rate,2024-07-01,2025-12-31,,0.5,,,,
first_contact_resolution_rate,2026-01-01,,,0.55,,,,
first_contact_resolution_rate,2025-05-12,,Đổi trả,0.55,,,,
customer_retention_rate,2024-07-01,,,0.98,,,,month
customer_churn_rate,2024-07-01,,,0.02,,,,month
nps,2024-07-01,2025-12-31,,20,,,,
nps,2026-01-01,,,30,,,,
average_handle_time,2024-07-01,,,6,,,,
backlog,2024-07-01,,,40,,,,
sla_attainment,2024-07-01,2025-06-30,,0.8,,,,
sla_attainment,2025-07-01,,,0.85,,,,
reopen_rate,2024-07-01,,,0.08,,,,
ticket_volume,2024-07-01,,,,40,75,,week
marketing_qualified_leads,2024-07-01,,,120,,,,month
mql_conversion_rate,2024-07-01,,,0.2,,,,
customer_acquisition_cost,2024-07-01,,,1000000,,,,
brand_awareness,2024-07-01,2025-12-31,,0.15,,,,
brand_awareness,2026-01-01,,,0.2,,,,
average_profit_margin,2024-07-01,,,0.28,,,,
sales_growth,2024-07-01,,,0,,,,month
product_quality,2024-07-01,,,0.97,,,,
quick_ratio,2024-07-01,,,,1,,,
current_ratio,2024-07-01,,,,1.5,,,
saas_quick_ratio,2024-07-01,,,1.5,,,,
"""

INTERVENTIONS = """\
on,kind,team,what,kpi,rebase
2025-05-12,training,Đổi trả,Tập huấn giải quyết ngay lần đầu,first_contact_resolution_rate,true
2025-07-01,process,,Làm việc thêm nửa giờ mỗi ngày,first_response_time,false
2025-09-01,technology,,Chatbot trả lời trước trên kênh chat,csat,true
2025-10-13,technology,Kỹ thuật,Mua phần mềm phân loại tự động,resolution_time,false
2025-12-01,process,,Tuần dọn yêu cầu bị quên,backlog,false
2026-03-23,technology,Bán hàng,Macro trả lời nhanh,first_response_time,true
2025-03-10,process,,Hội chợ xuân,customer_acquisition_cost,false
2025-06-01,process,,Tháng giảm giá một phần tư,sales_growth,false
2025-11-01,process,,Chiến dịch 11.11 trên TikTok,marketing_qualified_leads,false
2025-11-10,process,,Siết kiểm tra lô hàng nhập,product_quality,false
"""

README = """\
# Sample data: Cửa hàng Sen

A made-up Vietnamese online shop: {tickets:,} requests from {start} over {months} months, seed {seed}. Nobody in it exists;
addresses end in example.com. Written by `kpitools.sample.make`; the same seed gives the same bytes.

*Dữ liệu bịa về một cửa hàng trực tuyến, không có người thật; cùng một hạt giống (seed) cho cùng một dữ liệu.*

## Files

| file | rows | one row is | times | durations |
| --- | --- | --- | --- | --- |
| zendesk_tickets.csv | {zendesk_tickets} | a request (Zendesk's full export) | shop's clock, UTC+7 | minutes; `Resolution time` rounded hours; `Total time spent` seconds |
| messages.csv | {messages} | a message on a request | UTC | |
| calls.csv | {calls} | a call offered to the hotline | with offset | seconds |
| surveys.csv | {surveys} | an invitation: NPS (0-10) or effort (1-7); empty score: no answer | UTC | |
| feedback.csv | {feedback} | a reward (1) or rebuke (0) after a chat, unasked; and an answer from 1 to 5 of the hotline's trial, July - September 2024 | UTC | |
| team_changes.csv | {team_changes} | a request comes to a team; a move to Kỹ thuật, the second level, is an escalation | UTC | |
| customers.csv | {customers} | a customer relationship | days; monthly value in VND | |
| activity.csv | {activity} | a purchase | UTC; VND | |
| leads.csv | {leads} | a lead: came, met the criteria, became a customer, by source | shop's clock | |
| spend.csv | {spend} | a booking: advertising by week and source, salaries by month | days; VND | |
| sales.csv | {sales} | an order line: units, revenue, cost, pieces returned by the end | days; VND | |
| balances.csv | {balances} | a month-end's balance sheet, Vietnamese headers | days; VND | |
| revenue_changes.csv | {revenue_changes} | a movement of a customer's monthly revenue, since the first customer; losses with their minus; the sums are the values of customers.csv | days; VND a month | |
| brand_surveys.csv | {brand_surveys} | an answer of a quarterly panel of 250: unaided, then aided; weights mend its age | days | |
| engagement.csv | {engagement} | a page's day | days | |
| agent_days.csv | {agent_days} | an agent's day by the planning system | days | seconds |
| targets.csv | | a goal in force: shares as fractions, NPS points; counts and rates say for which period (`every`) | days | hours; handle time minutes |
| interventions.csv | | something done to improve | days | |
| liveagent/liveagent_tickets.csv | {liveagent_tickets} | a request by Facebook or Zalo; status is one letter (C is Open, L is Closed) | UTC | |
| liveagent/liveagent_history.csv | {liveagent_history} | a request in a status | UTC | seconds |
| liveagent/liveagent_transfers.csv | {liveagent_transfers} | a request that went to Kỹ thuật, the second level, before its answer | UTC | seconds |
| liveagent/rewards.csv | {rewards} | a reward (1) or rebuke (0) | UTC | |
| freshdesk/freshdesk_tickets.csv | {freshdesk_tickets} | a request for spare parts | shop's clock | HH:MM:SS of working time, though the header says hrs |
| freshdesk/surveys.csv | {freshdesk_surveys} | an invitation, CSAT 1-5 | UTC | |
| eventlog/event_log.csv | {event_log} | a step of a repair: case, activity, time | shop's clock | |
| phone/phone_intervals.csv | {phone_intervals} | a half-hour of another hotline | shop's clock | H:MM:SS, averages per answered call; service level a share of them |

Each folder has its own `desk.yml`. Scores of the main desk are Zendesk's Good and Bad (two-way); `Offered` was asked and
did not answer. Customer IDs are the same in zendesk_tickets.csv (`Requester ID`), surveys.csv, customers.csv, activity.csv, revenue_changes.csv. Wins of leads.csv are not linked to customers.csv. The first months' wins lack those whose leads came
before the file begins.

Dirt, under 3 % of rows in all: exact duplicates, tickets in two versions (the later `Updated at` counts), dates that do not
exist, tickets solved before they were created, one from 2062, deleted, merged (`closed_by_merge`), `spam` and `test` tags,
empty groups, priorities and topics, a group name in decomposed letters, subjects that try to be markup or formulas.

## The stories, for trainers

1. **Tết.** Closed 25 Jan - 2 Feb 2025 and 14 - 22 Feb 2026; requests still come. Backlog and first response jump, then a fortnight of digging out.
2. **The chatbot** (1 Sep 2025) moves chat from 12 % to 60 % of requests. CSAT rises in every channel and falls in total: Simpson's paradox.
3. **A training that works** (12 May 2025): Đổi trả settles far more requests at first contact.
4. **A tool that does not** (13 Oct 2025): Kỹ thuật's resolution time stays what it was.
5. **A small team.** VIP has some four requests in a hundred and the lowest CSAT of all teams: its few answers were drawn low on purpose, within what chance does to so few. The funnel says: no difference.
6. **Who answers.** Discontented customers answer surveys more often: the response rate rises when service is slow (Tết), and
   the NPS of the telephone round in June 2026, where nearly everybody answered, is far above that of the e-mails.
7. **The purge** (1 - 5 Dec 2025): forgotten requests are solved in one week; the mean resolution time by solving date explodes, the backlog falls, no customer
   was served slower that week. In Freshdesk, `Closed time` is automatic, days or weeks after `Resolved time`.
8. **Gaming** (23 Mar 2026): Bán hàng answers with a macro. First response falls to some 40 % of what it was; reopenings double.
9. **A campaign that fills the funnel** (November 2025, TikTok 11.11): qualified leads rise almost fivefold, of the cohort's leads far fewer buy; the other
   sources convert as ever. Brand awareness rises among the young, who are over-represented in the panel: less with weights than without.
   The pages reach twice as many people, a smaller part of whom reacts.
10. **Wins that mature** (the fair of 10 March 2025): its month has by far the dearest customers; in April to July the cost of a customer falls to half the usual,
    for the fair's leads are won then and nothing was spent on them. Nobody worked cheaper.
11. **A discount** (June 2025): sales grow by a third over May, the margin falls from 31 % to 8 %, July looks like a slump.
12. **Tết moves** from late January (2025) to mid-February (2026): year on year, January falls and February rises by two fifths; both together grow as usual.
13. **A bad batch** (earphones sold 6 October - 2 November 2025): a fifth and more comes back. The last month before the export looks best of all, because its returns are still to come.
14. **Stock on credit** (October - December 2025): the current ratio stays far above 1, the quick ratio falls below it.
15. **Expansion hides churn** (January - March 2026): seven wholesale customers buy much more while a third of the small ones cut back: gains still outweigh losses, new
    customers alone no longer do.
16. **Over the band** (6 April - 31 May 2026): Kỹ thuật is occupied for more than nine tenths of its time.

*Các câu chuyện: (1) Tết: dồn việc; (2) chatbot: CSAT từng kênh tăng mà tổng giảm; (3) tập huấn có hiệu quả; (4) phần mềm
không có hiệu quả; (5) đội VIP ít số liệu đứng cuối do ngẫu nhiên; (6) khách không hài lòng hay trả lời khảo sát hơn;
(7) tuần dọn yêu cầu bị quên làm thời gian giải quyết trung bình tăng vọt; (8) macro trả lời nhanh: phản hồi nhanh hơn nhưng bị mở lại nhiều hơn; (9) chiến dịch 11.11 kéo về nhiều khách tiềm năng nhưng
ít người mua; (10) hội chợ xuân: chi phí mỗi khách tăng vọt rồi giảm một nửa khi khách tiềm năng đủ thời gian để chốt; (11) tháng giảm giá: doanh số tăng, biên lợi nhuận giảm;
(12) Tết đổi tháng làm so sánh cùng kỳ sai lệch; (13) lô tai nghe bị trả lại nhiều; (14) trữ hàng bằng nợ: thanh khoản nhanh dưới 1; (15) vài khách sỉ mua thêm che lấp
khách lẻ cắt giảm; (16) đội Kỹ thuật bận quá chín phần mười thời gian.*
"""


def texts_of(*, as_of: str, seed: int, tickets: int, start: str, months: int, rows: dict[str, str]):
    """Names and contents of the text files; ``rows`` has the number of rows of each table, in words."""
    closed = f"{texts.CLOSED[0]}..{texts.CLOSED[8]}, {texts.CLOSED[9]}..{texts.CLOSED[17]}"
    yield "desk.yml", DESK.format(as_of=as_of, closed=closed)
    for folder, (name, about, exports) in SMALL.items():
        text = SMALL_DESK.format(name=name, about=about, files=exports, as_of=as_of, closed=closed)
        yield f"{folder}/desk.yml", text
    yield "targets.csv", TARGETS
    yield "interventions.csv", INTERVENTIONS
    counts = {name.removesuffix(".csv").split("/")[-1]: number for name, number in rows.items()}
    counts |= {"surveys": rows["surveys.csv"], "freshdesk_surveys": rows["freshdesk/surveys.csv"]}
    yield "README.md", README.format(seed=seed, tickets=tickets, start=start, months=months, **counts)
