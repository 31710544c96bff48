# SPDX-License-Identifier: Apache-2.0
"""simdoptim's C interface as the conformance and PyTorch tests drive it: a float32 optimizer and
the double reference, with one face. Not a binding: it declares only what those tests call."""

import ctypes

_OK = 0
_F32 = 0
_REF = ctypes.POINTER


class Error(RuntimeError):
    """A call that failed, with the library's own text."""


class _Gradient(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("format", ctypes.c_int32), ("writable", ctypes.c_int32)]


class _Parameter(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("value", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("gradient", _Gradient), ("states", ctypes.c_void_p), ("n_states", ctypes.c_size_t)]


_HANDLE = ctypes.c_void_p
_NAME = ctypes.c_char_p
_SIZE = ctypes.c_size_t
_ARGUMENTS = {
    "rule_count": [_REF(_SIZE)],
    "rule_name": [_SIZE, _REF(_NAME)],
    "options_create": [_NAME, _REF(_HANDLE)],
    "options_set": [_HANDLE, _NAME, ctypes.c_double],
    "options_set_choice": [_HANDLE, _NAME, _NAME],
    "options_count": [_HANDLE, _REF(_SIZE)],
    "options_name": [_HANDLE, _SIZE, _REF(_NAME)],
    "options_state_count": [_HANDLE, _REF(_SIZE)],
    "options_state_name": [_HANDLE, _SIZE, _REF(_NAME)],
    "options_needs_state": [_HANDLE, _SIZE, _REF(ctypes.c_int32)],
    "optimizer_create": [_REF(_HANDLE)],
    "optimizer_add_group": [_HANDLE, _HANDLE, _REF(_Parameter), _SIZE, _REF(_SIZE)],
    "optimizer_set_gradient": [_HANDLE, _SIZE, _REF(_Gradient)],
    "optimizer_set_option": [_HANDLE, _SIZE, _NAME, ctypes.c_double],
    "optimizer_set_step_count": [_HANDLE, _SIZE, ctypes.c_int64],
    "optimizer_get_step_count": [_HANDLE, _SIZE, _REF(ctypes.c_int64)],
    "optimizer_state": [_HANDLE, _SIZE, _NAME, _REF(_REF(ctypes.c_float)), _REF(_SIZE)],
    "optimizer_step": [_HANDLE],
    "reference_step_double": [_HANDLE, ctypes.c_int64, _REF(ctypes.c_double), _SIZE,
                              _REF(ctypes.c_double), _REF(ctypes.c_void_p), _SIZE],
}


class Library:
    """A loaded shared library."""

    def __init__(self, path):
        self._library = ctypes.CDLL(path)
        self._library.simdoptim_last_error.restype = _NAME
        self._functions = {}
        for name, arguments in _ARGUMENTS.items():
            function = getattr(self._library, "simdoptim_" + name)
            function.restype = ctypes.c_int
            function.argtypes = arguments
            self._functions[name] = function

    def call(self, name, *arguments):
        if self._functions[name](*arguments) != _OK:
            raise Error(self._library.simdoptim_last_error().decode())

    def result(self, result_type, name, *arguments):
        """Of a call whose last argument is where the result goes."""
        result = result_type()
        self.call(name, *arguments, ctypes.byref(result))
        return result.value

    def destroy(self, kind, handle):
        function = getattr(self._library, f"simdoptim_{kind}_destroy")
        function.restype = None
        function.argtypes = [_HANDLE]
        function(handle)

    def rules(self):
        count = self.result(_SIZE, "rule_count")
        return [self.result(_NAME, "rule_name", i).decode() for i in range(count)]


class Options:
    """A rule's options: the defaults, changed by set()."""

    def __init__(self, library, rule):
        self.library = library
        self.handle = _HANDLE(library.result(_HANDLE, "options_create", rule.encode()))

    def __del__(self):
        self.library.destroy("options", self.handle)

    def set(self, name, value):
        """value: a number, a flag, or the name of a choice."""
        if isinstance(value, str):
            self.library.call("options_set_choice", self.handle, name.encode(), value.encode())
        else:
            self.library.call("options_set", self.handle, name.encode(), value)

    def _names(self, kind):
        count = self.library.result(_SIZE, f"options_{kind}count", self.handle)
        return [self.library.result(_NAME, f"options_{kind}name", self.handle, i).decode()
                for i in range(count)]

    def names(self):
        return self._names("")

    def states(self):
        """Of the rule, in the order of the interface; None in place of what is not needed."""
        return [name if self.library.result(ctypes.c_int32, "options_needs_state", self.handle, i)
                else None for i, name in enumerate(self._names("state_"))]


def _array(number, values):
    return (number * len(values))(*values)


class Float32:
    """Parameters under a simdoptim_optimizer."""

    def __init__(self, options, values):
        self._library = options.library
        self._values = [_array(ctypes.c_float, value) for value in values]
        self._gradients = []  # the optimizer keeps pointers into them
        self._optimizer = _HANDLE(self._library.result(_HANDLE, "optimizer_create"))
        parameters = (_Parameter * len(values))(*(
            _Parameter(None, ctypes.addressof(value), len(value)) for value in self._values))
        self._library.call("optimizer_add_group", self._optimizer, options.handle, parameters,
                           len(values), None)

    def __del__(self):
        self._library.destroy("optimizer", self._optimizer)

    def resume(self, steps, states):
        """steps: taken so far. states: for each name, a list of values for each parameter."""
        for i in range(len(self._values)):
            self._library.call("optimizer_set_step_count", self._optimizer, i, steps)
            for name, values in states.items():
                self._state(i, name)[:] = values[i]

    def step(self, gradients, lr=None):
        """gradients: a list, or None to skip, for each parameter. lr: from now on."""
        if lr is not None:
            self._library.call("optimizer_set_option", self._optimizer, 0, b"lr", lr)
        arrays = [None if g is None else _array(ctypes.c_float, g) for g in gradients]
        for i, array in enumerate(arrays):
            view = _Gradient()
            if array is not None:
                view = _Gradient(ctypes.addressof(array), len(array), _F32, 0)
            self._library.call("optimizer_set_gradient", self._optimizer, i, ctypes.byref(view))
        self._gradients = arrays
        self._library.call("optimizer_step", self._optimizer)

    def values(self):
        return [list(value) for value in self._values]

    def state(self, name):
        return [list(self._state(i, name)) for i in range(len(self._values))]

    def steps(self):
        return [self._library.result(ctypes.c_int64, "optimizer_get_step_count", self._optimizer, i)
                for i in range(len(self._values))]

    def _state(self, parameter, name):
        data, size = _REF(ctypes.c_float)(), _SIZE()
        self._library.call("optimizer_state", self._optimizer, parameter, name.encode(),
                           ctypes.byref(data), ctypes.byref(size))
        if size.value != len(self._values[parameter]):
            raise Error(f"state {name} of parameter {parameter} has {size.value} elements")
        return (ctypes.c_float * size.value).from_address(ctypes.addressof(data.contents))


class Float64:
    """Parameters under the double reference: the rule without the roundings of float32."""

    def __init__(self, options, values):
        self._options = options
        self._library = options.library
        self._values = [_array(ctypes.c_double, value) for value in values]
        self._names = options.states()
        self._states = [[None if name is None else _array(ctypes.c_double, [0] * len(value))
                         for name in self._names] for value in values]
        self._steps = [0] * len(values)

    def resume(self, steps, states):
        self._steps = [steps] * len(self._values)
        for name, values in states.items():
            for state, value in zip(self._states, values):
                state[self._names.index(name)][:] = value

    def step(self, gradients, lr=None):
        if lr is not None:
            self._options.set("lr", lr)
        for i, gradient in enumerate(gradients):
            if gradient is None:
                continue
            self._steps[i] += 1
            states = (ctypes.c_void_p * len(self._names))(*(
                None if state is None else ctypes.addressof(state) for state in self._states[i]))
            self._library.call("reference_step_double", self._options.handle, self._steps[i],
                               self._values[i], len(self._values[i]),
                               _array(ctypes.c_double, gradient), states, len(states))

    def values(self):
        return [list(value) for value in self._values]

    def state(self, name):
        return [list(state[self._names.index(name)]) for state in self._states]

    def steps(self):
        return list(self._steps)
