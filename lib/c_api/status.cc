// SPDX-License-Identifier: Apache-2.0
// The C interface: statuses, the last error, and the version.

#include <cstring>
#include <exception>
#include <new>

#include "lib/c_api/call.h"

namespace simdoptim {
namespace {

// Of a fixed size, so that reporting an error needs no memory, and is safe while a thread ends.
constexpr size_t kMaxText = 1023;
constexpr char kCut[] = "...";
thread_local char last_error[kMaxText + 1];

void SetLastError(const char* text) noexcept {
  size_t size = std::strlen(text);
  const bool cut = size > kMaxText;
  if (cut) {
    size = kMaxText - std::strlen(kCut);
    // Not between the bytes of one UTF-8 character.
    while (size != 0 && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80u) --size;
  }
  std::memcpy(last_error, text, size);
  last_error[size] = '\0';
  if (cut) std::memcpy(last_error + size, kCut, sizeof(kCut));
}

simdoptim_status Report(simdoptim_status status, const char* text) noexcept {
  SetLastError(text);
  return status;
}

#define SIMDOPTIM_TEXT_OF(x) #x
#define SIMDOPTIM_TEXT(x) SIMDOPTIM_TEXT_OF(x)
constexpr char kVersion[] = SIMDOPTIM_TEXT(SIMDOPTIM_VERSION_MAJOR) "." SIMDOPTIM_TEXT(
    SIMDOPTIM_VERSION_MINOR) "." SIMDOPTIM_TEXT(SIMDOPTIM_VERSION_PATCH);
#undef SIMDOPTIM_TEXT
#undef SIMDOPTIM_TEXT_OF

}  // namespace

simdoptim_status StatusOfException() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    return Report(SIMDOPTIM_INVALID, error.what());
  } catch (const CallbackError& error) {
    return Report(SIMDOPTIM_CALLBACK, error.what());
  } catch (const std::bad_alloc&) {
    return Report(SIMDOPTIM_OUT_OF_MEMORY, "out of memory");
  } catch (const std::length_error&) {  // a container's way to say so
    return Report(SIMDOPTIM_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return Report(SIMDOPTIM_INTERNAL, error.what());
  } catch (...) {
    return Report(SIMDOPTIM_INTERNAL, "an exception of unknown type");
  }
}

}  // namespace simdoptim

const char* simdoptim_last_error(void) { return simdoptim::last_error; }

const char* simdoptim_status_name(int32_t status) {
  switch (status) {
    case SIMDOPTIM_OK:
      return "ok";
    case SIMDOPTIM_INVALID:
      return "invalid argument";
    case SIMDOPTIM_OUT_OF_MEMORY:
      return "out of memory";
    case SIMDOPTIM_CALLBACK:
      return "callback failed";
    case SIMDOPTIM_INTERNAL:
      return "internal error";
    default:
      return "unknown status";
  }
}

const char* simdoptim_version(void) { return simdoptim::kVersion; }

int32_t simdoptim_version_number(void) {
  return 10000 * SIMDOPTIM_VERSION_MAJOR + 100 * SIMDOPTIM_VERSION_MINOR + SIMDOPTIM_VERSION_PATCH;
}
