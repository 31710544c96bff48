#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program and compares what it prints with a file."""
import pathlib
import subprocess
import sys

program, expected_file = sys.argv[1:]
expected = pathlib.Path(expected_file).read_text(encoding="utf-8")
actual = subprocess.run([program], check=True, capture_output=True, text=True).stdout
if actual != expected:
    sys.exit(f"expected:\n{expected}\nprinted:\n{actual}")
