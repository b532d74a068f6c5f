# Compiler, warnings, sanitizers. g++ 12 is refused: it destroys temporaries twice in co_await expressions
# (docs/decisions/0001-language-level.md).
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(FATAL_ERROR
    "Tamarack needs clang 16 or newer, got ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}. "
    "g++ 12 miscompiles coroutines. Install clang-19 and use a preset: cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(TAMARACK_TESTS "build the unit, contract and simulation tests" ON)
option(TAMARACK_STATIC "link everything but libc and libm statically" OFF)
option(TAMARACK_FUZZ "build the libFuzzer targets" OFF)
set(TAMARACK_SANITIZE "" CACHE STRING "sanitizers, for example address,undefined")

set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wcast-align -Wunused -Woverloaded-virtual -Wimplicit-fallthrough -Wno-missing-field-initializers -Wno-deprecated-declarations -Wno-gnu-statement-expression -Wno-gnu-zero-variadic-macro-arguments -fcolor-diagnostics)
add_link_options(-fuse-ld=lld)

if(TAMARACK_SANITIZE)
  add_compile_options(-fsanitize=${TAMARACK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # Checks at every access to memory, which AddressSanitizer stands beside already: a sixth of the time to compile.
  if(TAMARACK_SANITIZE MATCHES "undefined" AND NOT TAMARACK_FUZZ)
    add_compile_options(-fno-sanitize=null,alignment,object-size,vptr,pointer-overflow)
  endif()
  add_link_options(-fsanitize=${TAMARACK_SANITIZE})
endif()
if(TAMARACK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TAMARACK_STATIC)
  add_link_options(-static-libstdc++ -static-libgcc)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  string(APPEND CMAKE_CXX_FLAGS " -Xclang -fno-pch-timestamp")
endif()
