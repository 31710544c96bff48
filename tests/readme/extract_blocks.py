#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes each code block of a Markdown file to a file of its own: block_1.cpp, block_2.text, ...

A `text` block directly after a program is what the program must print: it is written as the
program's name with `.expected` behind it. Prints the names of the programs.
"""
import pathlib
import re
import sys


def main(markdown, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = pathlib.Path(markdown).read_text(encoding="utf-8")
    program = None
    for number, match in enumerate(
            re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S), start=1):
        language, body = match.groups()
        if language in ("cpp", "c"):
            program = folder / f"block_{number}.{language}"
            write(program, body)
            print(program)
        elif language == "text" and program is not None:
            write(pathlib.Path(f"{program}.expected"), body)
            program = None
        else:
            write(folder / f"block_{number}.{language}", body)


def write(path, body):
    """Leaves a file that is already right alone, so that nothing is built again."""
    if not path.exists() or path.read_text(encoding="utf-8") != body:
        path.write_text(body, encoding="utf-8")


main(*sys.argv[1:])
