# Tests that are watched by lockdep, for projects that find the package `lockdep`.
#
#   lockdep_add_test(NAME <name> COMMAND <program or target> [<argument>...]
#                    [FAIL_ON confirmed|feasible|note|never] [SUPPRESSIONS <file>]
#                    [ORDER <order>...] [ENFORCE] [WORKING_DIRECTORY <directory>])
#
# As add_test(), under `lockdep run`.  The test fails as before, and also on a finding that
# reaches FAIL_ON; the default is "never" where a gate decides, see below, and "feasible"
# elsewhere.  What it saw stays in LOCKDEP_RECORDINGS/<name>.lockdep (default: directory
# `lockdep` of the build tree).
#
#   lockdep_add_gate(NAME <name> BASELINE <file> [FAIL_ON <level>] [SUPPRESSIONS <file>]
#                    [ORDER <order>...] [ENFORCE] [REPORT <file>...])
#
# A test that runs after all of this directory's lockdep_add_test() that stand before it, unites
# their recordings, and fails on what the baseline does not accept: also on inversions that no
# single test shows.  Call lockdep_use_gate() first, so that the tests leave the verdict to it.
# They are the set-up of a fixture that the gate requires: `ctest -R <gate>` runs them too, so
# that it never judges what an earlier build left, and it is not run when one of them fails.
include_guard(GLOBAL)

if(NOT LOCKDEP_COMMAND)
  find_program(LOCKDEP_COMMAND lockdep HINTS ${CMAKE_CURRENT_LIST_DIR}/../../../bin
    ${CMAKE_CURRENT_LIST_DIR}/../../../../bin)
endif()

macro(lockdep_use_gate)
  set(LOCKDEP_FAIL_ON never)
endmacro()

# The options that `run` and `gate` have in common, of arg_*.
macro(_lockdep_finding_options variable)
  set(${variable} "")
  if(arg_SUPPRESSIONS)
    get_filename_component(_lockdep_file ${arg_SUPPRESSIONS} ABSOLUTE)
    list(APPEND ${variable} --suppressions ${_lockdep_file})
  endif()
  foreach(_lockdep_order IN LISTS arg_ORDER)
    # A file, or the name of a built-in order.
    get_filename_component(_lockdep_file ${_lockdep_order} ABSOLUTE)
    if(EXISTS ${_lockdep_file})
      set(_lockdep_order ${_lockdep_file})
    endif()
    list(APPEND ${variable} --order ${_lockdep_order})
  endforeach()
  if(arg_ENFORCE)
    list(APPEND ${variable} --enforce)
  endif()
  if(arg_FAIL_ON)
    list(APPEND ${variable} --fail-on ${arg_FAIL_ON})
  endif()
endmacro()

function(_lockdep_check_arguments function)
  if(NOT LOCKDEP_COMMAND)
    message(FATAL_ERROR "${function}: there is no lockdep command; set LOCKDEP_COMMAND")
  endif()
  if(NOT arg_NAME)
    message(FATAL_ERROR "${function}: NAME is missing")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${function}: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
endfunction()

function(lockdep_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "ENFORCE" "NAME;FAIL_ON;SUPPRESSIONS;WORKING_DIRECTORY"
    "COMMAND;ORDER")
  _lockdep_check_arguments(lockdep_add_test)
  if(NOT arg_COMMAND)
    message(FATAL_ERROR "lockdep_add_test: COMMAND is missing")
  endif()
  if(NOT arg_FAIL_ON AND LOCKDEP_FAIL_ON)
    set(arg_FAIL_ON ${LOCKDEP_FAIL_ON})
  endif()
  if(NOT LOCKDEP_RECORDINGS)
    set(LOCKDEP_RECORDINGS ${CMAKE_BINARY_DIR}/lockdep)
  endif()
  file(MAKE_DIRECTORY ${LOCKDEP_RECORDINGS})
  _lockdep_finding_options(options)
  # As add_test() does with a target that it sees.
  list(POP_FRONT arg_COMMAND program)
  if(TARGET ${program})
    set(program $<TARGET_FILE:${program}>)
  endif()
  # What an earlier run left goes first: of several processes it is a directory, and `run` writes
  # into no directory that is not empty.  A name may have a slash, which a file cannot.
  string(MAKE_C_IDENTIFIER ${arg_NAME} file)
  set(recording ${LOCKDEP_RECORDINGS}/${file}.lockdep)
  # Or the one would delete what the other saw, and no gate could know.
  get_property(taken GLOBAL PROPERTY LOCKDEP_ALL_RECORDINGS)
  if(recording IN_LIST taken)
    message(FATAL_ERROR "lockdep_add_test: ${arg_NAME}: another test records to ${recording} too; "
      "choose another name, or set LOCKDEP_RECORDINGS to another directory here")
  endif()
  set_property(GLOBAL APPEND PROPERTY LOCKDEP_ALL_RECORDINGS ${recording})
  add_test(NAME ${arg_NAME}
    COMMAND sh -c "rm -rf -- \"$0\" && exec \"$@\"" ${recording}
      ${LOCKDEP_COMMAND} run --record ${recording} ${options} -- ${program} ${arg_COMMAND})
  if(arg_WORKING_DIRECTORY)
    set_tests_properties(${arg_NAME} PROPERTIES WORKING_DIRECTORY ${arg_WORKING_DIRECTORY})
  endif()
  set_property(DIRECTORY APPEND PROPERTY LOCKDEP_TESTS ${arg_NAME})
  set_property(DIRECTORY APPEND PROPERTY LOCKDEP_TEST_RECORDINGS ${recording})
endfunction()

function(lockdep_add_gate)
  cmake_parse_arguments(PARSE_ARGV 0 arg "ENFORCE" "NAME;BASELINE;FAIL_ON;SUPPRESSIONS"
    "ORDER;REPORT")
  _lockdep_check_arguments(lockdep_add_gate)
  if(NOT arg_BASELINE)
    message(FATAL_ERROR "lockdep_add_gate: BASELINE is missing")
  endif()
  get_property(tests DIRECTORY PROPERTY LOCKDEP_TESTS)
  get_property(recordings DIRECTORY PROPERTY LOCKDEP_TEST_RECORDINGS)
  if(NOT tests)
    message(FATAL_ERROR "lockdep_add_gate: no lockdep_add_test() stands before it here")
  endif()
  get_filename_component(baseline ${arg_BASELINE} ABSOLUTE)
  _lockdep_finding_options(options)
  foreach(report IN LISTS arg_REPORT)
    list(APPEND options --report ${report})
  endforeach()
  # Named one by one: a test that left no recording, for whatever reason, is no pass.
  add_test(NAME ${arg_NAME}
    COMMAND ${LOCKDEP_COMMAND} gate ${recordings} --baseline ${baseline} ${options})
  set_property(TEST ${tests} APPEND PROPERTY FIXTURES_SETUP lockdep.${arg_NAME})
  set_tests_properties(${arg_NAME} PROPERTIES FIXTURES_REQUIRED lockdep.${arg_NAME})
endfunction()
