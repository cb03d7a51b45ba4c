"""The stories, their dates and their sizes; `files.README` tells them to trainers."""

import numpy as np

from kpitools.sample import texts

DAY = 86_400
HOUR = 3_600
UTC_OFFSET = 7 * HOUR
AUTOMATIC_CLOSE = 96 * HOUR  # Zendesk closes a solved ticket four days later

# The stories.
TET = (
    ("2025-01-25", "2025-02-03"),
    ("2026-02-14", "2026-02-23"),
)  # closed from .. until, and a slow fortnight after
CHATBOT = "2025-09-01"  # chat grows from 12 % to 60 % of tickets; each channel gets better, the whole worse
TRAINING = "2025-05-12"  # Đổi trả: solved at first contact steps up
TOOL = "2025-10-13"  # Kỹ thuật: nothing happens
PURGE = ("2025-12-01", "2025-12-06")  # forgotten tickets are solved in one week
MACRO = "2026-03-23"  # Bán hàng: fast empty replies, more reopenings
NEW_HOURS = "2025-07-01"  # half an hour more a day
SPRING_FAIR = "2025-03-10"  # a fair: dear, and its leads take two months to buy
DISCOUNT = ("2025-06-01", "2025-07-01")  # a quarter off: more is sold, less is earned
BATCH = ("2025-10-06", "2025-11-03")  # one product comes back
CAMPAIGN = ("2025-11-01", "2025-12-01")  # 11.11 on TikTok: many leads, few of whom buy
STOCKED = ("2025-10", "2025-11", "2025-12")  # months in which stock bought on credit pulls the quick ratio below 1
BIG_EXPANSION = ("2026-01-01", "2026-04-01")  # a few wholesale customers buy more while small ones cut back
SHORT_STAFFED = ("2026-04-06", "2026-06-01")  # Kỹ thuật is busy over nine tenths of its time
BRAND_WAVE_DAY = 45  # of each quarter, when the brand panel is asked
FIVE_POINTS = ("2024-07-01", "2024-10-01")  # the hotline tries the question of satisfaction on a scale of five
PHONE_ROUND = "2026-06-08"  # the NPS question asked by telephone: nearly everybody answers

TEAMS = np.array(["Bán hàng", "Đổi trả", "Kỹ thuật", "VIP"])
SALES, RETURNS, TECHNICAL, VIP = range(4)
AGENTS = np.array(texts.AGENTS)
AGENTS_OF = ((0, 5), (5, 9), (9, 13), (13, 15))  # slices of AGENTS, by team
CHANNELS = np.array(["Mail", "Web form", "Facebook Message", "Chat", "Phone call (incoming)"])
CHAT, PHONE = 3, 4
MIX = np.array([[0.33, 0.20, 0.23, 0.12, 0.12], [0.14, 0.09, 0.11, 0.60, 0.06]])  # before, with the chatbot
SATISFIED = np.array([[0.90, 0.89, 0.90, 0.66, 0.91], [0.95, 0.94, 0.95, 0.74, 0.96]])
VIP_LUCK = -0.035  # VIP customers are as content as others; its few answers are drawn this much lower, in any seed
ANSWERS = {"good": 0.34, "bad": 0.62}  # the discontented answer the survey more often
FIRST_REPLY_H = np.array([2.2, 2.5, 1.2, 0.25, 0.10])  # medians by channel, working hours
TECHNICAL_REPLY_H = 1.5  # one queue, whatever the channel
WORK_H = np.array([4.0, 8.0, 9.0, 4.0])  # medians by team, working hours after the first reply
ONE_TOUCH = np.array([0.62, 0.46, 0.52, 0.60])
TRAINED = 0.66
REOPENED = np.array([0.07, 0.08, 0.08, 0.07])
REOPENED_BY_MACRO = 0.19
DURATIONS = ("First reply time", "First resolution time", "Full resolution time")
DURATIONS += ("Agent wait time", "Requester wait time", "On hold time")
PRIORITIES = np.array(["Low", "Normal", "High", "Urgent"])
URGENCY = np.array([[0.18, 0.57, 0.17, 0.08], [0, 0, 0.75, 0.25]])  # shares of the priorities: others, VIP
PROMISE_H = np.array([40, 24, 16, 8])  # working hours, by priority
WEEKDAYS = np.array([1.30, 1.20, 1.15, 1.15, 1.15, 0.65, 0.40])  # Monday first
DAYTIME = np.array([0.3, 0.2, 0.1, 0.1, 0.1, 0.3, 1, 4, 12, 14, 13, 10, 4, 10, 13, 13, 11, 6, 2, 2, 3, 3, 2, 1])
