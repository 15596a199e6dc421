"""ticks.py PID [PARENT]: processor time in µs that the process PID has spent, and PARENT with all of its children,
those that have ended included."""
import glob
import os
import sys

TICK_US = 1000000 // os.sysconf("SC_CLK_TCK")


def stat(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])


def family(parent):
    _, own, ended = stat(parent)
    total = own + ended
    for path in glob.glob("/proc/[0-9]*"):
        try:
            above, own, _ = stat(os.path.basename(path))
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += own if above == int(parent) else 0
    return total


print(stat(sys.argv[1])[1] * TICK_US, *[family(parent) * TICK_US for parent in sys.argv[2:]])
