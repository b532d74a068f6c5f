# tamarack_embed(TARGET NAME FILES a.sql b.js …): the bytes of files inside the binary, without a copy at start-up.
# Generates <NAME>.h with `std::string_view embedded::<file_name_with_underscores>()` for each file. The assembler's .incbin does the
# work; the files are dependencies of the object, because the assembler step does not see them.
function(tamarack_embed target name)
  cmake_parse_arguments(ARG "" "" "FILES" ${ARGN})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  set(assembly ".section .rodata\n")
  set(header "#pragma once\n#include <string_view>\n")
  set(depends "")
  foreach(file ${ARG_FILES})
    get_filename_component(path ${file} ABSOLUTE)
    get_filename_component(base ${file} NAME)
    string(MAKE_C_IDENTIFIER ${base} symbol)
    string(APPEND assembly
      ".global tamarack_embed_${symbol}\n.global tamarack_embed_${symbol}_end\n.balign 16\ntamarack_embed_${symbol}:\n.incbin \"${path}\"\ntamarack_embed_${symbol}_end:\n.byte 0\n")
    string(APPEND header
      "extern \"C\" const char tamarack_embed_${symbol}[];\nextern \"C\" const char tamarack_embed_${symbol}_end[];\n"
      "namespace tamarack::embedded {\ninline std::string_view ${symbol}() {\n"
      "  return {tamarack_embed_${symbol}, static_cast<std::size_t>(tamarack_embed_${symbol}_end - tamarack_embed_${symbol})};\n}\n}\n")
    list(APPEND depends ${path})
  endforeach()
  string(APPEND assembly ".section .note.GNU-stack,\"\",@progbits\n")
  file(CONFIGURE OUTPUT ${folder}/${name}.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${folder}/${name}.h CONTENT "${header}" @ONLY)
  set_source_files_properties(${folder}/${name}.S PROPERTIES OBJECT_DEPENDS "${depends}" COMPILE_OPTIONS "-Wno-unused-command-line-argument")
  target_sources(${target} PRIVATE ${folder}/${name}.S)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
