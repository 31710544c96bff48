# SPDX-License-Identifier: Apache-2.0
# simdoptim_flags: what every file of the project is compiled with, and no user of it.
add_library(simdoptim_flags INTERFACE)
target_compile_options(simdoptim_flags INTERFACE
  $<$<CXX_COMPILER_ID:MSVC>:/W4 /fp:precise>
  $<$<NOT:$<CXX_COMPILER_ID:MSVC>>:-Wall -Wextra -Wshadow -Wconversion -ffp-contract=off>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<NOT:$<CXX_COMPILER_ID:MSVC>>>:-Wdouble-promotion>)
if(SIMDOPTIM_WERROR)
  target_compile_options(simdoptim_flags INTERFACE
    $<IF:$<CXX_COMPILER_ID:MSVC>,/WX,-Werror>)
endif()
