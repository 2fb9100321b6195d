# Makes C++ source of the page:
#   cmake -DASSETS=dir -DOUTPUT=file.cc [-DGRAPH_LIBRARY=file.js] -P embed.cmake
#
# The style and the script go into the page, and their hashes into its content
# security policy: the browser runs them and nothing else.

function(read_asset name variable)
  file(READ ${ASSETS}/${name} text)
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# The digits of one base64 group: the lowest `count` times six bits of `value`.
function(base64_group value count variable)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(digits "")
  math(EXPR shift "(${count} - 1) * 6")
  while(shift GREATER_EQUAL 0)
    math(EXPR index "(${value} >> ${shift}) & 63")
    string(SUBSTRING ${alphabet} ${index} 1 digit)
    string(APPEND digits ${digit})
    math(EXPR shift "${shift} - 6")
  endwhile()
  set(${variable} ${digits} PARENT_SCOPE)
endfunction()

# "sha256-..." as a content security policy wants it.
function(policy_hash text variable)
  string(SHA256 hex "${text}")
  set(base64 "")
  foreach(start RANGE 0 54 6)
    string(SUBSTRING ${hex} ${start} 6 group)
    math(EXPR value "0x${group}")
    base64_group(${value} 4 digits)
    string(APPEND base64 ${digits})
  endforeach()
  # 32 bytes are ten groups of three and two bytes more.
  string(SUBSTRING ${hex} 60 4 group)
  math(EXPR value "0x${group} << 2")
  base64_group(${value} 3 digits)
  set(${variable} "sha256-${base64}${digits}=" PARENT_SCOPE)
endfunction()

read_asset(page.html page)
read_asset(page.css style)
read_asset(explorer.css explorer_style)
string(APPEND style "${explorer_style}")
read_asset(page.js script)
policy_hash("${style}" style_hash)
policy_hash("${script}" script_hash)

# The graph library puts a style of its own into a page that lacks an element of the name that
# page.html gives to ours; the policy would stop that, aloud.
set(graph_library "")
set(graph_script "")
set(graph_hashes "")
if(GRAPH_LIBRARY)
  file(READ ${GRAPH_LIBRARY} graph_library)
  if(graph_library MATCHES "</script|\\)page\"")
    message(FATAL_ERROR "${GRAPH_LIBRARY}: cannot stand in a script element")
  endif()
  read_asset(graph.js graph_script)
  policy_hash("${graph_library}" library_hash)
  policy_hash("${graph_script}" graph_hash)
  set(graph_hashes " '${library_hash}' '${graph_hash}'")
endif()

# The parts of the page around what a report fills in.
string(FIND "${page}" "{{title}}" title)
string(FIND "${page}" "{{content}}" content)
math(EXPR after_title "${title} + 9")
math(EXPR between "${content} - ${after_title}")
math(EXPR after_content "${content} + 11")
string(SUBSTRING "${page}" 0 ${title} head)
string(SUBSTRING "${page}" ${after_title} ${between} middle)
string(SUBSTRING "${page}" ${after_content} -1 tail)

foreach(part head middle tail)
  string(REPLACE "{{style-hash}}" "${style_hash}" ${part} "${${part}}")
  string(REPLACE "{{script-hash}}" "${script_hash}" ${part} "${${part}}")
  string(REPLACE "{{graph-hashes}}" "${graph_hashes}" ${part} "${${part}}")
  string(REPLACE "{{style}}" "${style}" ${part} "${${part}}")
  string(REPLACE "{{script}}" "${script}" ${part} "${${part}}")
endforeach()

file(WRITE ${OUTPUT} "// Generated from lockdep/report/assets by embed.cmake.

#include \"lockdep/report/html_page.h\"

namespace lockdep::report {

const char kPageBeforeTitle[] = R\"page(${head})page\";
const char kPageBeforeContent[] = R\"page(${middle})page\";
const char kPageAfterContent[] = R\"page(${tail})page\";
const char kGraphLibrary[] = R\"page(${graph_library})page\";
const char kGraphScript[] = R\"page(${graph_script})page\";

}  // namespace lockdep::report
")
