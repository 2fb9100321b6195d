# Installs the engine, as CMake package and as pkg-config module `lockdep`.  The
# command and the preload library are installed where they are defined.
include(CMakePackageConfigHelpers)

# What the public headers include of internal/ goes with them; nothing else does.
set(internal_headers
  internal/arena.h internal/blocks.h internal/chained_table.h internal/class_array.h internal/frontier.h
  internal/key_set.h internal/label_list.h internal/order_list.h internal/pointer_table.h internal/push.h
  internal/raw_lock.h internal/stable_array.h internal/stack_depot.h)
get_directory_property(public_headers DIRECTORY lockdep DEFINITION LOCKDEP_PUBLIC_HEADERS)
foreach(header IN LISTS public_headers internal_headers)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES lockdep/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lockdep/${folder})
endforeach()

install(FILES lockdep/kernel.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lockdep)
get_directory_property(kernel_headers DIRECTORY lockdep/kernel DEFINITION LOCKDEP_KERNEL_HEADERS)
list(TRANSFORM kernel_headers PREPEND lockdep/kernel/)
install(FILES ${kernel_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lockdep/kernel)

install(FILES lockdep/annotate.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lockdep)
install(FILES lockdep/cxx.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lockdep)
install(DIRECTORY lockdep/cxx DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lockdep
  FILES_MATCHING PATTERN "*.h")

install(TARGETS lockdep lockdep_recorder lockdep_kernel EXPORT lockdep-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(LOCKDEP_BUILD_TOOLS)
  install(FILES lockdep/docs/report.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/lockdep)
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lockdep)
install(EXPORT lockdep-targets NAMESPACE lockdep:: DESTINATION ${package_dir})
file(WRITE ${PROJECT_BINARY_DIR}/package/lockdep-config.cmake
  "include(\${CMAKE_CURRENT_LIST_DIR}/lockdep-targets.cmake)
include(\${CMAKE_CURRENT_LIST_DIR}/LockdepTest.cmake OPTIONAL)
")
if(LOCKDEP_BUILD_TOOLS)
  install(FILES lockdep/cmake/LockdepTest.cmake DESTINATION ${package_dir})
  install(PROGRAMS scripts/ci/lockdep-ci DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES scripts/ci/github-lockdep.yml scripts/ci/gitlab-lockdep.yml
    DESTINATION ${CMAKE_INSTALL_DATADIR}/lockdep/ci)
endif()
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/lockdep-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/package/lockdep-config.cmake
  ${PROJECT_BINARY_DIR}/package/lockdep-config-version.cmake
  DESTINATION ${package_dir})

# write_pc(MODULE DESCRIPTION LIBS): paths are relative to the file, so that the prefix can be moved.
file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
function(write_pc module description libs)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/package/${module}.pc @ONLY CONTENT
"prefix=\${pcfiledir}/@pc_to_prefix@
includedir=\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
libdir=\${prefix}/@CMAKE_INSTALL_LIBDIR@

Name: @module@
Description: @description@
Version: @PROJECT_VERSION@
Cflags: -I\${includedir}
Libs: -L\${libdir} @libs@
")
  install(FILES ${PROJECT_BINARY_DIR}/package/${module}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
write_pc(lockdep "Lock-order validator: the engine" "-llockdep")
write_pc(lockdep-kernel "Lock-order validator under the names of the Linux kernel, for C"
  "-llockdep_kernel -llockdep_recorder -llockdep -pthread")

# `cpack -G DEB` in the build tree.  What the package needs is told by its own binaries.
if(LOCKDEP_BUILD_TOOLS AND PROJECT_IS_TOP_LEVEL)
  set(CPACK_GENERATOR DEB)
  set(CPACK_PACKAGE_NAME lockdep)
  set(CPACK_PACKAGE_VENDOR lockdep)
  set(CPACK_PACKAGE_CONTACT "lockdep <lockdep@localhost>")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SECTION devel)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  # The loader of a program that is built against the package finds nothing of it: archives.
  set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS OFF)
  include(CPack)
endif()
