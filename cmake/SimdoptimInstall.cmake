# SPDX-License-Identifier: Apache-2.0
# Install rules: the library, its headers, simdoptim::simdoptim for find_package, and simdoptim.pc.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(simdoptim_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/simdoptim)
install(TARGETS simdoptim EXPORT simdoptim
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/simdoptim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# A static library leaves its dependencies to whoever links it.
get_target_property(simdoptim_type simdoptim TYPE)
if(simdoptim_type STREQUAL "STATIC_LIBRARY")
  set(simdoptim_static ON)
else()
  set(simdoptim_static OFF)
endif()

install(EXPORT simdoptim NAMESPACE simdoptim:: FILE simdoptim-targets.cmake
  DESTINATION ${simdoptim_cmake_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/simdoptim-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/simdoptim-config.cmake
  INSTALL_DESTINATION ${simdoptim_cmake_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/simdoptim-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/simdoptim-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/simdoptim-config-version.cmake
  DESTINATION ${simdoptim_cmake_dir})

set(simdoptim_pc_requires "")
set(simdoptim_pc_libs "-L\${libdir} -lsimdoptim")
if(simdoptim_static)
  set(simdoptim_pc_requires libhwy)
  if(SIMDOPTIM_OPENMP)
    string(APPEND simdoptim_pc_libs " ${OpenMP_CXX_FLAGS}")
  endif()
  # The C++ runtime, for programs that are linked as C.
  set(simdoptim_cxx_libraries ${CMAKE_CXX_IMPLICIT_LINK_LIBRARIES})
  list(REMOVE_ITEM simdoptim_cxx_libraries ${CMAKE_C_IMPLICIT_LINK_LIBRARIES})
  list(REMOVE_DUPLICATES simdoptim_cxx_libraries)
  foreach(library IN LISTS simdoptim_cxx_libraries)
    string(APPEND simdoptim_pc_libs " -l${library}")
  endforeach()
endif()
# Where the directories are relative, the prefix is found from the file, so that the tree can move.
set(simdoptim_pc_prefix "${CMAKE_INSTALL_PREFIX}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(simdoptim_pc_prefix "\${pcfiledir}/${up}")
endif()
foreach(dir IN ITEMS LIBDIR INCLUDEDIR)
  set(simdoptim_pc_${dir} "${CMAKE_INSTALL_${dir}}")
  if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(simdoptim_pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/simdoptim.pc.in ${CMAKE_CURRENT_BINARY_DIR}/simdoptim.pc
  @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/simdoptim.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
