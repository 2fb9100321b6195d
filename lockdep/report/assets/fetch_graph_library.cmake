# Finds what the lock graph of a report page is drawn with: Cytoscape.js, from npm, the very
# version and checksum of package-lock.json.  It is never committed.
#
# Sets graph_library and graph_library_license to files; to nothing when it cannot be had, which
# costs the page its explorer and nothing else.
set(graph_library "")
set(graph_library_license "")
option(LOCKDEP_GRAPH_LIBRARY "Draw the lock graph of HTML reports with Cytoscape.js, by npm" ON)
find_program(LOCKDEP_NPM npm)
set(npm_directory ${CMAKE_CURRENT_BINARY_DIR}/npm)
set(npm_package ${npm_directory}/node_modules/cytoscape)

function(lockdep_install_graph_library problem)
  if(NOT LOCKDEP_NPM)
    set(${problem} "there is no npm" PARENT_SCOPE)
    return()
  endif()
  file(REMOVE_RECURSE ${npm_directory})
  file(COPY ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/package.json
    ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/package-lock.json DESTINATION ${npm_directory})
  execute_process(
    COMMAND ${LOCKDEP_NPM} ci --ignore-scripts --no-audit --no-fund --fetch-retries=1
      --fetch-timeout=20000
    WORKING_DIRECTORY ${npm_directory} TIMEOUT 120
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE errors)
  if(NOT result EQUAL 0)
    string(REGEX MATCH "npm ERR[^\n]*|npm error[^\n]*" first_error "${errors}")
    set(${problem} "npm ci failed (${result}) ${first_error}" PARENT_SCOPE)
    return()
  endif()
  # Last, so that half an installation is none.
  file(COPY_FILE ${npm_directory}/package-lock.json ${npm_directory}/installed)
endfunction()

if(LOCKDEP_GRAPH_LIBRARY)
  set(problem "")
  file(SHA256 ${CMAKE_CURRENT_LIST_DIR}/package-lock.json wanted)
  set(installed "")
  if(EXISTS ${npm_directory}/installed)
    file(SHA256 ${npm_directory}/installed installed)
  endif()
  if(NOT wanted STREQUAL installed)
    lockdep_install_graph_library(problem)
  endif()
  if(problem)
    message(WARNING "HTML reports get a plain graph without search and zoom: ${problem}. "
      "Install npm, let it reach its registry and configure again; "
      "-DLOCKDEP_GRAPH_LIBRARY=OFF silences this.")
  else()
    set(graph_library ${npm_package}/dist/cytoscape.min.js)
    set(graph_library_license ${npm_package}/LICENSE)
  endif()
endif()
