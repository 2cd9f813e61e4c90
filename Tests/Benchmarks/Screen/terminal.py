"""Runs the screen on a terminal of its own and measures what a person would feel and a processor would do.

terminal.py CARRYON STATE (busy|full|idle)  prints lines of NAME and figures.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

COLUMNS, ROWS = 140, 40


class Screen:
    def __init__(self, program, state):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
            for name in ("SSH_CONNECTION", "NO_COLOR", "TMUX", "TERM_PROGRAM"):
                os.environ.pop(name, None)
            time.sleep(0.1)  # until the size is set
            os.execv(program, [program, "--state", state])
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def read(self, timeout):
        """What is there within the time; empty if nothing is."""
        if not select.select([self.master], [], [], timeout)[0]:
            return b""
        try:
            return os.read(self.master, 1 << 16)
        except OSError:
            sys.exit("carryon has ended")

    def burst(self, timeout, gap=0.004):
        """The next frame: what comes until nothing comes for a while. When its last byte came, and its bytes."""
        data = self.read(timeout)
        last = time.monotonic()
        while more := self.read(gap):
            data += more
            last = time.monotonic()
        return last, data

    def drain(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def wait_for(self, text, timeout=60):
        data, end = b"", time.monotonic() + timeout
        while text not in data:
            data += self.read(1)
            if time.monotonic() > end:
                sys.exit(f"the screen never showed {text}")

    def press(self, keys):
        os.write(self.master, keys)
        return time.monotonic()

    def processor_seconds(self):
        """Of the thread that owns the screen, which is the first one."""
        fields = open(f"/proc/{self.pid}/task/{self.pid}/stat").read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def process_seconds(self):
        fields = open(f"/proc/{self.pid}/stat").read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def written(self):
        """Bytes that the whole program has written, nearly all of them to files."""
        for line in open(f"/proc/{self.pid}/io"):
            if line.startswith("wchar:"):
                return int(line.split()[1])

    def wakeups(self):
        """How often any thread has begun to run."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            for line in open(f"/proc/{self.pid}/task/{task}/status"):
                if "ctxt_switches" in line:
                    total += int(line.split()[1])
        return total

    def quit(self):
        self.press(b"q")
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                if select.select([self.master], [], [], 0.1)[0]:
                    os.read(self.master, 1 << 16)
            except OSError:
                break
        os.waitpid(self.pid, 0)


def percentiles(values):
    values = sorted(values)
    return values[len(values) // 2], values[len(values) * 99 // 100], values[-1]


def latencies(screen, keys, rounds):
    times, sizes = [], []
    for index in range(rounds):
        # Out of step with the frames of data.
        screen.drain(0.013 + index % 7 * 0.011)
        pressed = screen.press(keys[index % len(keys)])
        last, data = screen.burst(1)
        times.append((last - pressed) * 1000)
        sizes.append(len(data))
    return percentiles(times) + (percentiles(sizes)[0],)


def steady(screen, seconds):
    """Bytes of a frame (median and largest), bytes a second, frames a second."""
    sizes, end = [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        _, data = screen.burst(left)
        if data:
            sizes.append(len(data))
    middle, _, largest = percentiles(sizes)
    return middle, largest, sum(sizes) / seconds, len(sizes) / seconds


def busy(screen):
    """Eight transfers run, held back to the pace of a good line."""
    screen.drain(5)
    print("key-move", *latencies(screen, [b"j", b"j", b"k", b"k"], 300))
    print("key-help", *latencies(screen, [b"?", b"?"], 200))
    screen.drain(1)
    print("steady-queue", *steady(screen, 10))
    screen.press(b"\r")
    screen.wait_for(b"In flight")
    screen.drain(1)
    print("steady-detail", *steady(screen, 10))
    print("key-grid", *latencies(screen, [b"l", b"l", b"h", b"h"], 300))


def full(screen):
    """Transfers run as fast as they can."""
    screen.drain(1)
    seconds, all_seconds, written = screen.processor_seconds(), screen.process_seconds(), screen.written()
    start = time.monotonic()
    screen.drain(4)
    wall = time.monotonic() - start
    shares = [screen.processor_seconds() - seconds, screen.process_seconds() - all_seconds]
    print("share", *[share / wall for share in shares], (screen.written() - written) / wall / 1e6)


def idle(screen):
    """Nothing is left to do."""
    screen.drain(8)
    before = screen.wakeups()
    end, data = time.monotonic() + 5, b""
    while (left := end - time.monotonic()) > 0:
        data += screen.read(left)
    print("idle", screen.wakeups() - before, len(data))


if __name__ == "__main__":
    program, state, scene = sys.argv[1:]
    screen = Screen(program, state)
    screen.wait_for(b"carryon")
    {"busy": busy, "full": full, "idle": idle}[scene](screen)
    sys.stdout.flush()
    screen.quit()
