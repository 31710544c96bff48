#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""script/mutate: its list fits the sources, and a sample is what was asked for. Builds nothing."""

from pathlib import Path
import subprocess
import sys
import unittest

SCRIPT = Path(__file__).resolve().parents[2] / "script/mutate"


def run(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True)


def names(*arguments):
    done = run("--list", *arguments)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return [line.split("  (")[0] for line in done.stdout.splitlines() if "  (" in line]


class Usage(unittest.TestCase):
    def test_every_fault_stands_once_in_its_file(self):
        self.assertGreater(len(names()), 100)

    def test_a_sample_is_a_part_of_the_list_in_its_order(self):
        everything = names()
        some = names("--sample", "12", "--seed", "a")
        self.assertEqual(len(some), 12)
        self.assertEqual(some, [name for name in everything if name in some])

    def test_the_seed_chooses(self):
        self.assertEqual(names("--sample", "12", "--seed", "a"),
                         names("--sample", "12", "--seed", "a"))
        self.assertNotEqual(names("--sample", "12", "--seed", "a"),
                            names("--sample", "12", "--seed", "b"))

    def test_every_fault_has_its_turn(self):
        tried = set()
        for seed in range(40):
            tried.update(names("--sample", "40", "--seed", str(seed)))
        self.assertEqual(tried, set(names()))

    def test_more_than_all_is_all(self):
        self.assertEqual(names("--sample", "100000"), names())

    def test_a_sample_is_of_what_matches(self):
        some = names("--only", "^adam_", "--sample", "3")
        self.assertEqual(len(some), 3)
        self.assertTrue(all(name.startswith("adam_") for name in some))

    def test_nothing_is_not_a_sample(self):
        for count in ("0", "-1", "x"):
            done = run("--list", "--sample=" + count)
            self.assertEqual(done.returncode, 2)
            self.assertIn("--sample", done.stderr)


if __name__ == "__main__":
    unittest.main()
