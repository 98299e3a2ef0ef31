"""Functions of Python that hold known bytes. Arguments: a size in MiB; then the seconds to stand still, or a C++ library
and a program for a mixed tree."""
import ctypes
import subprocess
import sys
import time

MIB = 1 << 20
kept = []


def hold_bytes(mib):
    kept.append(bytearray(b"x") * (mib * MIB))


def hold_objects(mib):
    # A bytes object of 967 bytes takes 1000 with its header and the terminator, rounded up to 1008 by the allocator.
    kept.append([bytes([i % 256]) * 967 for i in range(mib * MIB // 1008)])


def call_library(path, mib):
    ctypes.CDLL(path).hold_native(mib)


def main():
    mib = int(sys.argv[1])
    hold_bytes(mib)
    helper = None
    if len(sys.argv) > 3:
        call_library(sys.argv[2], mib)
        helper = subprocess.Popen([sys.argv[3], str(mib), "vector"])
    else:
        hold_objects(mib)
    time.sleep(float(sys.argv[2]) if len(sys.argv) == 3 else 1.0)
    if helper:
        helper.wait()


main()
