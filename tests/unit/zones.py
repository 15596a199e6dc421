#!/usr/bin/python3
"""What Python's zoneinfo says of every zone of the tz database, for test_time_zone.c: a line for each
zone with its name, moments and the clock's offset then, and local times that the clock does not skip
and the moment at which it shows them first. Seconds since 1970."""
import datetime
import random
import zoneinfo

EPOCH = datetime.datetime(1970, 1, 1)
BEGIN, END = -2208988800, 4102444800  # 1900 to 2100

random.seed(10)
for name in sorted(zoneinfo.available_timezones()):
    zone = zoneinfo.ZoneInfo(name)
    words = [name]
    for _ in range(150):
        at = random.randrange(BEGIN, END)
        offset = datetime.datetime.fromtimestamp(at, zone).utcoffset()
        words.append("@%d=%d" % (at, offset.total_seconds()))
    for _ in range(150):
        local = random.randrange(BEGIN, END)
        clock = (EPOCH + datetime.timedelta(seconds=local)).replace(tzinfo=zone)
        at = int(clock.timestamp())
        if datetime.datetime.fromtimestamp(at, zone).replace(tzinfo=None) == clock.replace(tzinfo=None):
            words.append("#%d=%d" % (local, at))
    print(" ".join(words))
