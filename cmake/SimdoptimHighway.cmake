# SPDX-License-Identifier: Apache-2.0
# Highway: the system's, else a pinned release, downloaded while configuring.
option(SIMDOPTIM_FETCH_HIGHWAY "Download Highway if it is not installed" ON)

if(NOT TARGET hwy::hwy)
  find_package(hwy QUIET)
endif()
if(NOT TARGET hwy::hwy AND NOT SIMDOPTIM_FETCH_HIGHWAY)
  message(FATAL_ERROR "simdoptim needs Highway (https://github.com/google/highway), 1.0.3 or newer. "
    "Install it (Debian: libhwy-dev), point hwy_DIR to it, or set SIMDOPTIM_FETCH_HIGHWAY=ON.")
endif()

if(NOT TARGET hwy::hwy)
  include(FetchContent)
  FetchContent_Declare(highway
    URL https://github.com/google/highway/archive/refs/tags/1.2.0.tar.gz
    URL_HASH SHA256=7e0be78b8318e8bdbf6fa545d2ecb4c90f947df03f7aadc42c1967f019e63343
    DOWNLOAD_EXTRACT_TIMESTAMP OFF)
  # In a function, so that the settings are Highway's only.
  function(simdoptim_fetch_highway)
    # Highway's options and cache entries must not override what is set here.
    set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
    set(CMAKE_POLICY_DEFAULT_CMP0126 NEW)
    set(HWY_FORCE_STATIC_LIBS ON)
    set(HWY_ENABLE_CONTRIB OFF)
    set(HWY_ENABLE_EXAMPLES OFF)
    set(HWY_ENABLE_TESTS OFF)
    # An installed static simdoptim needs an installed Highway; a shared one holds its own.
    set(HWY_ENABLE_INSTALL OFF)
    if(SIMDOPTIM_INSTALL AND NOT BUILD_SHARED_LIBS)
      set(HWY_ENABLE_INSTALL ON)
    endif()
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    FetchContent_MakeAvailable(highway)
  endfunction()
  simdoptim_fetch_highway()
  if(NOT TARGET hwy::hwy)
    add_library(hwy::hwy ALIAS hwy)
  endif()
endif()
