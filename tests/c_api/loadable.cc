// SPDX-License-Identifier: Apache-2.0
// Nothing of its own: CMake wants a source for the module that is made of the static library.
