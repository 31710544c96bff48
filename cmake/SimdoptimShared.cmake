# SPDX-License-Identifier: Apache-2.0
# Names, versions and exported symbols of the library file.
set_target_properties(simdoptim PROPERTIES
  VERSION ${PROJECT_VERSION}
  # Before 1.0, a minor version may change the binary interface.
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  # Static too: engines put it into shared libraries of their own.
  POSITION_INDEPENDENT_CODE ON
  # The same compilation for static and shared.
  DEFINE_SYMBOL "")

get_target_property(simdoptim_type simdoptim TYPE)
if(simdoptim_type STREQUAL "SHARED_LIBRARY")
  if(WIN32)
    set_target_properties(simdoptim PROPERTIES WINDOWS_EXPORT_ALL_SYMBOLS ON)
  elseif(NOT APPLE)
    set(simdoptim_exports ${CMAKE_CURRENT_SOURCE_DIR}/lib/c_api/exports.map)
    target_link_options(simdoptim PRIVATE "LINKER:--version-script=${simdoptim_exports}")
    set_target_properties(simdoptim PROPERTIES LINK_DEPENDS ${simdoptim_exports})
  endif()
endif()
