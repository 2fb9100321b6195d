# embed_orders(TARGET files...): a library that holds the text of order files.
#
# A file NAME.order becomes the built-in order NAME.  A change of a file builds
# the library anew.  Refuses a text that would end the string it is put into.

function(embed_orders target)
  set(delimiter "order_text")
  set(rows "")
  set(number 0)
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    file(READ ${file} text)
    string(FIND "${text}" ")${delimiter}\"" end_of_literal)
    if(NOT end_of_literal EQUAL -1)
      message(FATAL_ERROR "${file}: holds ')${delimiter}\"', the mark that ends its C++ string")
    endif()
    get_filename_component(name ${file} NAME_WLE)
    string(APPEND rows "    {\"${name}\", R\"${delimiter}(${text})${delimiter}\"},\n")
  endforeach()
  set(ORDER_ROWS "${rows}")
  configure_file(builtin_orders.cc.in ${target}.cc @ONLY)
  add_library(${target} STATIC ${CMAKE_CURRENT_BINARY_DIR}/${target}.cc)
endfunction()
