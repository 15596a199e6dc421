#!/usr/bin/python3
"""Working time by Python's zoneinfo, day after day, for test_calendar.c. A line each: a calendar as JSON,
a moment, minutes, the moment at which these are over, another moment, the microseconds of working time
between the first moment and that one, when somebody works at or after the first, and the day that their clock shows then; parted by
tabs, moments in seconds since 1970."""
import datetime
import json
import random
import zoneinfo

EPOCH = datetime.datetime(1970, 1, 1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo",
         "Pacific/Apia", "Asia/Kathmandu", "America/Mexico_City", "Asia/Almaty", "America/Asuncion", "UTC")


def offset(at, zone):
    return int(datetime.datetime.fromtimestamp(at, zone).utcoffset().total_seconds())


def moment(day, minute, zone):
    """When the clock shows it first, or is set over it."""
    local = (day - EPOCH.date()).days * 86400 + minute * 60
    clock = (EPOCH + datetime.timedelta(seconds=local)).replace(tzinfo=zone)
    at = int(clock.timestamp())
    if at + offset(at, zone) == local:
        return at
    low, high = at - 86400 * 2, at + 1  # set over: the change lies before
    while offset(high, zone) == offset(low, zone):
        low -= 86400
    while high - low > 1:
        middle = (low + high) // 2
        if middle + offset(middle, zone) >= local:
            high = middle
        else:
            low = middle
    return high


def spans(calendar, zone, begin):
    """The stretches of time, from the day before a moment on."""
    day = datetime.datetime.fromtimestamp(begin, zone).date() - datetime.timedelta(days=2)
    while True:
        if day.isoformat() not in calendar["holidays"]:
            for first, last in calendar["hours"].get(DAYS[day.weekday()], []):
                ends = [moment(day, int(text[:2]) * 60 + int(text[3:]), zone) for text in (first, last)]
                if ends[0] < ends[1]:
                    yield ends
        day += datetime.timedelta(days=1)


def due(calendar, zone, begin, minutes):
    left = minutes * 60
    if left == 0:
        return begin
    for first, last in spans(calendar, zone, begin):
        length = max(0, last - max(first, begin))
        if left <= length:
            return max(first, begin) + left
        left -= length


def between(calendar, zone, begin, end):
    total = 0
    for first, last in spans(calendar, zone, begin):
        if first >= end:
            return total * 1000000
        total += max(0, min(last, end) - max(first, begin))


def working(calendar, zone, begin):
    for first, last in spans(calendar, zone, begin):
        if begin < last:
            return max(first, begin)


def clock(minute):
    return "%02d:%02d" % (minute // 60, minute % 60)


def day_of(rand):
    times = sorted(rand.sample(range(0, 1441, rand.choice((1, 5, 30))), 2 * rand.choice((0, 1, 1, 2, 3))))
    return [[clock(times[i]), clock(times[i + 1])] for i in range(0, len(times), 2)]


def calendar_of(rand):
    calendar = {"time_zone": rand.choice(ZONES), "hours": {day: day_of(rand) for day in DAYS if rand.random() < 0.8}}
    calendar["hours"][rand.choice(DAYS)] = rand.choice(([["09:00", "13:00"]], [["00:00", "24:00"]], [["22:00", "24:00"]],
                                                         [["00:00", "02:30"], ["02:30", "05:00"]]))
    first = datetime.date(2009, 1, 1) + datetime.timedelta(days=rand.randrange(8000))
    run = [first + datetime.timedelta(days=i) for i in range(rand.choice((0, 1, 14)))]
    run += [datetime.date(2009, 1, 1) + datetime.timedelta(days=rand.randrange(8000)) for _ in range(rand.choice((0, 40)))]
    calendar["holidays"] = sorted({day.isoformat() for day in run})
    return calendar


def changes(zone):
    """Near these something happens."""
    at = 1230768000
    while at < 1893456000:
        if offset(at, zone) != offset(at + 86400, zone):
            yield at
        at += 86400


def main():
    rand = random.Random(5)
    near = {name: list(changes(zoneinfo.ZoneInfo(name))) for name in ZONES}
    for _ in range(120):
        calendar = calendar_of(rand)
        zone = zoneinfo.ZoneInfo(calendar["time_zone"])
        for _ in range(5):
            around = near[calendar["time_zone"]]
            begin = rand.choice(around) if around and rand.random() < 0.7 else rand.randrange(1230768000, 1893456000)
            begin += rand.randrange(-2 * 86400, 2 * 86400)
            minutes = rand.choice((0, 1, 30, 240, 480, 960, 4800))
            end = begin + rand.choice((60, 3600, 86400, 7 * 86400, 60 * 86400))
            works = working(calendar, zone, begin)
            print(json.dumps(calendar), begin, minutes, due(calendar, zone, begin, minutes), end,
                  between(calendar, zone, begin, end), works,
                  (datetime.datetime.fromtimestamp(works, zone).date() - EPOCH.date()).days, sep="\t")


main()
