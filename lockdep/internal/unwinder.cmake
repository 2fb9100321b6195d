# A private copy of LLVM's libunwind: one relocatable object that shows six
# functions under names of ours and calls no malloc, no pthread lock and nothing
# of the dynamic loader that takes a lock.
# Linking the library itself would let its _Unwind_* take over the exception
# unwinding of whoever links us.
find_library(LOCKDEP_LIBUNWIND NAMES libunwind.a
  PATHS /usr/lib/llvm-14/lib /usr/lib/llvm-15/lib /usr/lib/llvm-16/lib NO_DEFAULT_PATH REQUIRED)
find_path(LOCKDEP_LIBUNWIND_INCLUDE libunwind.h PATHS /usr/include/libunwind NO_DEFAULT_PATH REQUIRED)
find_program(LOCKDEP_LD NAMES ld REQUIRED)

set(LOCKDEP_UNWINDER_OBJECT ${CMAKE_CURRENT_BINARY_DIR}/internal/unwinder.o)
set(unwinder_keep)
set(unwinder_rename)
foreach(function getcontext init_local step get_reg set_reg is_signal_frame)
  list(APPEND unwinder_keep --keep-global-symbol=lockdep_unw_${function})
  list(APPEND unwinder_rename --redefine-sym __unw_${function}=lockdep_unw_${function})
endforeach()
add_custom_command(
  OUTPUT ${LOCKDEP_UNWINDER_OBJECT}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/internal
  COMMAND ${LOCKDEP_LD} -r -o unwinder_all.o
          -u __unw_getcontext -u __unw_init_local -u __unw_step -u __unw_get_reg
          -u __unw_set_reg -u __unw_is_signal_frame
          ${LOCKDEP_LIBUNWIND}
  COMMAND ${CMAKE_OBJCOPY} ${unwinder_rename}
          --redefine-sym malloc=lockdep_unwind_malloc
          --redefine-sym free=lockdep_unwind_free
          --redefine-sym dl_iterate_phdr=lockdep_unwind_iterate_phdr
          --redefine-sym pthread_rwlock_rdlock=lockdep_unwind_rdlock
          --redefine-sym pthread_rwlock_wrlock=lockdep_unwind_wrlock
          --redefine-sym pthread_rwlock_unlock=lockdep_unwind_unlock
          unwinder_all.o unwinder_renamed.o
  COMMAND ${CMAKE_OBJCOPY} ${unwinder_keep} unwinder_renamed.o ${LOCKDEP_UNWINDER_OBJECT}
  WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/internal
  DEPENDS ${LOCKDEP_LIBUNWIND}
  COMMENT "Making a private copy of libunwind"
  VERBATIM)
set_source_files_properties(${LOCKDEP_UNWINDER_OBJECT} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
