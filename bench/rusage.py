"""Runs a command and writes what it used to a file: rusage.py <file> <command> [arguments]

Processor time includes the processes that the command started and waited for. Peak memory is that of
the largest single process.
"""

import json
import os
import sys
import time

file, *command = sys.argv[1:]
start = time.monotonic()
process = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(process, 0)
seconds = time.monotonic() - start
with open(file, "w") as output:
    json.dump(
        {
            "seconds": seconds,
            "processorSeconds": usage.ru_utime + usage.ru_stime,
            "memoryMiB": usage.ru_maxrss / 1024,
        },
        output,
    )
sys.exit(os.waitstatus_to_exitcode(status))
