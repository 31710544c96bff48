# SPDX-License-Identifier: Apache-2.0
"""The C interface from Python's ctypes: python3 ctypes_test.py <library> <simdoptim_c.h>."""

import ctypes
import re
import sys
import threading
import unittest

LIBRARY, HEADER = sys.argv[1:3]
OK, INVALID, OUT_OF_MEMORY, CALLBACK, INTERNAL = range(5)
F32, BF16, F16 = range(3)

TYPES = {
    "void": None,
    "simdoptim_status": ctypes.c_int,
    "float": ctypes.c_float,
    "double": ctypes.c_double,
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "uint16_t": ctypes.c_uint16,
    "uint32_t": ctypes.c_uint32,
    "size_t": ctypes.c_size_t,
    "const char*": ctypes.c_char_p,
    "simdoptim_observer": ctypes.c_void_p,
}


class Gradient(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("format", ctypes.c_int32), ("writable", ctypes.c_int32)]


class Parameter(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("value", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("gradient", Gradient), ("states", ctypes.c_void_p), ("n_states", ctypes.c_size_t)]


class Report(ctypes.Structure):
    _fields_ = [("elements", ctypes.c_uint64), ("bytes", ctypes.c_uint64),
                ("nanoseconds", ctypes.c_uint64), ("target", ctypes.c_char_p),
                ("imbalance", ctypes.c_double), ("threads", ctypes.c_int32)]


THREADS = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)
TASK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int32)
RUN = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32, TASK, ctypes.c_void_p)
OBSERVER = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(Report))


class Runner(ctypes.Structure):
    _fields_ = [("threads", THREADS), ("run", RUN), ("opaque", ctypes.c_void_p)]


def type_of(c_type):
    c_type = re.sub(r"\s*\*\s*", "*", c_type.strip())
    if c_type in TYPES:
        return TYPES[c_type]
    if c_type.endswith("*"):
        return ctypes.c_void_p
    raise ValueError(c_type)


def declared_functions():
    """Result type as text, and argument types, by name, of every function that the header declares."""
    with open(HEADER, encoding="utf-8") as file:
        text = re.sub(r"//[^\n]*", "", file.read())
    functions = {}
    for result, name, arguments in re.findall(
            r"^(\w[\w *]*[ *])(simdoptim_\w+)\(([^()]*)\);", text, re.MULTILINE):
        arguments = [] if arguments == "void" else arguments.split(",")
        functions[name] = (result.strip(), [type_of(re.sub(r"\w+\s*$", "", argument))
                                          for argument in arguments])
    return functions


def load():
    library = ctypes.CDLL(LIBRARY)
    for name, (result, arguments) in declared_functions().items():
        function = getattr(library, name)  # AttributeError if it is not exported
        function.restype = type_of(result)
        function.argtypes = arguments
    return library


lib = load()


def last_error():
    return lib.simdoptim_last_error().decode()


def check(status):
    if status != OK:
        raise RuntimeError(f"{lib.simdoptim_status_name(status).decode()}: {last_error()}")


def floats(*values):
    return (ctypes.c_float * len(values))(*values)


def make_options(rule, **values):
    options = ctypes.c_void_p()
    check(lib.simdoptim_options_create(rule.encode(), ctypes.byref(options)))
    for name, value in values.items():
        if isinstance(value, str):
            check(lib.simdoptim_options_set_choice(options, name.encode(), value.encode()))
        else:
            check(lib.simdoptim_options_set(options, name.encode(), value))
    return options


def gradient_of(array, writable=0):
    return Gradient(ctypes.cast(array, ctypes.c_void_p), len(array), F32, writable)


class CtypesTest(unittest.TestCase):

    def train(self, steps, runner=None):
        """AdamW on sum(x^2) / 2 from (5, -3, 2); returns x, its optimizer and its gradient."""
        x, grad = floats(5, -3, 2), floats(0, 0, 0)
        options = make_options("AdamW", lr=0.1, weight_decay=0.01, decay_mode="decoupled_after")
        optimizer = ctypes.c_void_p()
        check(lib.simdoptim_optimizer_create(ctypes.byref(optimizer)))
        self.addCleanup(lib.simdoptim_optimizer_destroy, optimizer)
        parameter = Parameter(b"x", ctypes.cast(x, ctypes.c_void_p), len(x), gradient_of(grad, 1))
        group = ctypes.c_size_t(99)
        check(lib.simdoptim_optimizer_add_group(optimizer, options, ctypes.byref(parameter), 1,
                                                ctypes.byref(group)))
        lib.simdoptim_options_destroy(options)
        self.assertEqual(group.value, 0)
        for _ in range(steps):
            grad[:] = x[:]
            check(lib.simdoptim_optimizer_step(optimizer))
        return x, optimizer, grad

    def state(self, optimizer, name, size=3):
        data, length = ctypes.POINTER(ctypes.c_float)(), ctypes.c_size_t()
        check(lib.simdoptim_optimizer_state(optimizer, 0, name.encode(), ctypes.byref(data),
                                            ctypes.byref(length)))
        self.assertEqual(length.value, size)
        return data

    def test_training_converges(self):
        x, optimizer, _ = self.train(1000)
        self.assertLess(max(abs(value) for value in x), 1e-2)
        steps = ctypes.c_int64()
        check(lib.simdoptim_optimizer_get_step_count(optimizer, 0, ctypes.byref(steps)))
        self.assertEqual(steps.value, 1000)

    def test_the_first_step_is_the_formula(self):
        x, optimizer, _ = self.train(1)
        for value, start in zip(x, (5, -3, 2)):
            step = start - 0.1 * start / (abs(start) + 1e-8)
            self.assertAlmostEqual(value, step - 0.1 * 0.01 * step, places=5)
        self.assertAlmostEqual(self.state(optimizer, "exp_avg")[0], 0.1 * 5, places=6)
        self.assertAlmostEqual(self.state(optimizer, "exp_avg_sq")[0], 0.001 * 25, places=6)

    def test_step_equals_reference_and_optimizer(self):
        x, optimizer, _ = self.train(10)
        options = make_options("AdamW", lr=0.1, weight_decay=0.01, decay_mode="decoupled_after")
        for step in (lib.simdoptim_step, lib.simdoptim_reference_step):
            p, m, v = floats(5, -3, 2), floats(0, 0, 0), floats(0, 0, 0)
            states = (ctypes.c_void_p * 2)(*(ctypes.addressof(s) for s in (m, v)))
            for t in range(1, 11):
                grad = floats(*p)
                check(step(options, t, p, 3, ctypes.byref(gradient_of(grad)), states, 2))
            self.assertEqual(bytes(p), bytes(x))
            self.assertEqual(m[0], self.state(optimizer, "exp_avg")[0])
        lib.simdoptim_options_destroy(options)

    def test_errors(self):
        options = make_options("AdamW")
        self.assertEqual(lib.simdoptim_options_set(options, b"beta2", 1.5), INVALID)
        self.assertEqual(last_error(), "AdamW: beta2 = 1.5 is not in [0, 1)")
        texts = []
        thread = threading.Thread(target=lambda: texts.append(last_error()))
        thread.start()
        thread.join()
        self.assertEqual(texts, [""])
        lib.simdoptim_options_destroy(options)
        _, optimizer, _ = self.train(1)
        parameter = ctypes.c_size_t()
        self.assertEqual(
            lib.simdoptim_optimizer_find_parameter(optimizer, b"y", ctypes.byref(parameter)),
            INVALID)
        self.assertEqual(last_error(), 'there is no parameter "y"')
        short = gradient_of(floats(1, 2))
        self.assertEqual(lib.simdoptim_optimizer_set_gradient(optimizer, 0, ctypes.byref(short)),
                         INVALID)
        self.assertEqual(last_error(), 'parameter "x": gradient has 2 elements, parameter has 3')

    def test_every_function_survives_nulls(self):
        tested = 0
        for name, (result, arguments) in declared_functions().items():
            if result != "simdoptim_status":
                continue
            empty = [0 if a not in (ctypes.c_void_p, ctypes.c_char_p) else None for a in arguments]
            # No handle, or nowhere for the result; but no elements may be converted to nowhere.
            expected = OK if name in ("simdoptim_format_to_float",
                                      "simdoptim_format_from_float") else INVALID
            status = getattr(lib, name)(*empty)
            self.assertEqual(status, expected, name)
            if expected == INVALID:
                self.assertRegex(last_error(), f"^{name}: ", name)
            tested += 1
        self.assertGreater(tested, 50)
        lib.simdoptim_options_destroy(None)
        lib.simdoptim_optimizer_destroy(None)

    def test_enumeration(self):
        count, name = ctypes.c_size_t(), ctypes.c_char_p()
        check(lib.simdoptim_rule_count(ctypes.byref(count)))
        rules = []
        for i in range(count.value):
            check(lib.simdoptim_rule_name(i, ctypes.byref(name)))
            rules.append(name.value)
        self.assertLessEqual({b"SGD", b"Adam", b"AdamW"}, set(rules))
        check(lib.simdoptim_target_active(ctypes.byref(name)))
        self.assertTrue(name.value)
        self.assertRegex(lib.simdoptim_version().decode(), r"^\d+\.\d+\.\d+$")

    def test_callbacks(self):
        size = 1 << 18
        value, grad = (ctypes.c_float * size)(), (ctypes.c_float * size)()
        grad[size - 1] = 1
        options = make_options("Adam")
        optimizer = ctypes.c_void_p()
        check(lib.simdoptim_optimizer_create(ctypes.byref(optimizer)))
        parameter = Parameter(None, ctypes.cast(value, ctypes.c_void_p), size, gradient_of(grad))
        check(lib.simdoptim_optimizer_add_group(optimizer, options, ctypes.byref(parameter), 1,
                                                None))
        result, elements = [0], []

        def run(_, tasks, task, context):
            threads = [threading.Thread(target=task, args=(context, i)) for i in range(tasks)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return result[0]

        runner = Runner(THREADS(lambda _: 3), RUN(run), None)
        observer = OBSERVER(lambda _, report: elements.append(report.contents.elements))
        check(lib.simdoptim_optimizer_set_runner(optimizer, ctypes.byref(runner)))
        check(lib.simdoptim_optimizer_set_observer(optimizer, observer, None))
        check(lib.simdoptim_optimizer_step(optimizer))
        self.assertAlmostEqual(value[size - 1], -1e-3, places=6)
        result[0] = 7
        self.assertEqual(lib.simdoptim_optimizer_step(optimizer), CALLBACK)
        self.assertEqual(last_error(), "the runner's run returned 7; the step is complete")
        self.assertAlmostEqual(value[size - 1], -2e-3, places=6)
        self.assertEqual(elements[0], size)
        lib.simdoptim_optimizer_destroy(optimizer)
        lib.simdoptim_options_destroy(options)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
