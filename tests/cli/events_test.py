"""Complete logs of events: `lockdep run --record-events` and what `lockdep analyze` makes of them."""

import os
import signal
import subprocess
import time
import unittest

from tool_case import PRELOAD, PROGRAMS, ToolCase


class EventsTest(ToolCase):
    def record_events(self, name, program="inversion", *arguments):
        result = self.tool("run", "--record", name, "--record-events", "--fail-on", "never", "--",
                           PROGRAMS / program, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return self.scratch / name

    def test_a_log_is_replayed_and_without_one_nothing_is(self):
        replayed = self.tool("analyze", self.record_events("events"))
        self.assertEqual(replayed.returncode, 1, replayed.stderr)
        self.assertIn("events were replayed", replayed.stderr)
        summary = self.tool("analyze", self.record("summary"))
        self.assertEqual(summary.returncode, 1, summary.stderr)
        self.assertNotIn("replayed", summary.stderr)

    def test_the_verdict_is_that_of_the_events(self):
        """What the process itself wrote down of findings plays no part."""
        recording = self.record_events("events")
        data = bytearray(recording.read_bytes())
        # The type of a record decides; a reader ignores types that it does not know.
        while (at := data.find(b"\x14\0\0\0lock-order-inversion")) >= 0:
            data[at - 4:at - 2] = (1000).to_bytes(2, "little")
            data[at + 4] = ord("L")
            self.seal(data, at - 12)
        recording.write_bytes(data)
        report = self.tool("report", recording, "-o", "r.json")
        self.assertEqual(report.returncode, 0, report.stderr)
        self.assertIn('"findings": []', (self.scratch / "r.json").read_text())
        analyze = self.tool("analyze", recording)
        self.assertEqual(analyze.returncode, 1, analyze.stderr)
        self.assertIn("lock-order-inversion", analyze.stdout)

    @staticmethod
    def seal(data, at):
        """The checksum of the record at `at`: CRC-32C of its frame and payload without itself."""
        size = int.from_bytes(data[at:at + 4], "little")
        crc = 0xffffffff
        for byte in data[at:at + 4] + data[at + 8:at + 12 + size]:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
        data[at + 4:at + 8] = (crc ^ 0xffffffff).to_bytes(4, "little")

    def test_a_killed_process_leaves_what_it_found(self):
        environment = self.environment(
            LD_PRELOAD=PRELOAD,
            LOCKDEP_OPTIONS=f"record={self.scratch}/killed.lockdep:record_events=1")
        process = subprocess.Popen([PROGRAMS / "forever"], env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        process.stdout.readline()  # The inversion is behind it; now it only locks and unlocks.
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        size = (self.scratch / "killed.lockdep").stat().st_size
        result = self.tool("analyze", "killed.lockdep", "--fail-on", "note")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("lock-order-inversion", result.stdout)
        self.assertIn("events were replayed", result.stderr)
        events = int(next(line for line in result.stderr.splitlines() if "replayed" in line)
                     .split()[1])
        self.assertGreater(events, 10000)
        self.assertLess(size, events, "less than a byte an event")

    def test_a_file_that_is_cut_short_says_what_was_lost(self):
        recording = self.record_events("events")
        data = recording.read_bytes()
        recording.write_bytes(data[:-3])
        result = self.tool("analyze", recording)
        self.assertIn("bytes are lost", result.stderr)
        self.assertIn("events were replayed", result.stderr)

    def test_processes_and_forks_write_into_one_directory(self):
        recording = self.record_events("runs", "forks")
        self.assertTrue(recording.is_dir())
        self.assertEqual(len(list(recording.iterdir())), 3)
        result = self.tool("analyze", recording, "--fail-on", "note")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(result.stdout.count("[lock-order-inversion"), 1, result.stdout)

    def test_events_need_a_recording(self):
        self.assert_refused(self.tool("run", "--record-events", "--", PROGRAMS / "inversion"),
                            "--record FILE")


if __name__ == "__main__":
    unittest.main()
