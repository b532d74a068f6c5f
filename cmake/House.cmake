# One library per room. `tamarack_room(NAME SOURCES … ROOMS … VENDORS …)` makes tamarack_NAME; its unit tests stand beside the code
# and go into one executable NAME_test (`tamarack_room_test(NAME SOURCES … [ROOMS …] [VENDORS …])`).
# ROOMS is the import rule of the folder: tests/house checks every #include against it.
set_property(GLOBAL PROPERTY TAMARACK_TEST_TARGETS "")

add_library(tamarack_pch OBJECT ${CMAKE_CURRENT_LIST_DIR}/pch.cpp)
target_precompile_headers(tamarack_pch PRIVATE
  <algorithm> <array> <chrono> <cstdint> <deque> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
  <unordered_map> <utility> <variant> <vector> <fmt/format.h> <tl/expected.hpp>)

# The same with what nearly every test includes: it is half of what the compiler reads for one.
if(TAMARACK_TESTS)
  add_library(tamarack_test_pch OBJECT ${CMAKE_CURRENT_LIST_DIR}/pch.cpp)
  target_precompile_headers(tamarack_test_pch PRIVATE
    <algorithm> <array> <chrono> <cstdint> <deque> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
    <unordered_map> <utility> <variant> <vector> <fmt/format.h> <tl/expected.hpp> <gmock/gmock.h> <gtest/gtest.h> <rapidcheck/gtest.h>)
  target_link_libraries(tamarack_test_pch PRIVATE GTest::gmock GTest::gtest)
endif()

function(tamarack_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS;VENDORS" ${ARGN})
  add_library(tamarack_${name} STATIC ${ARG_SOURCES})
  target_include_directories(tamarack_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_precompile_headers(tamarack_${name} REUSE_FROM tamarack_pch)
  set_target_properties(tamarack_${name} PROPERTIES LINKER_LANGUAGE CXX)
  list(TRANSFORM ARG_ROOMS PREPEND tamarack_)
  target_link_libraries(tamarack_${name} PUBLIC ${ARG_ROOMS} ${ARG_VENDORS} vendor_fmt)
endfunction()

function(tamarack_room_test name)
  if(NOT TAMARACK_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "OWN_MAIN" "" "SOURCES;ROOMS;VENDORS" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  list(TRANSFORM ARG_ROOMS PREPEND tamarack_)
  if(TARGET tamarack_${name})
    target_link_libraries(${name}_test PRIVATE tamarack_${name})
  endif()
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name}_test PRIVATE TAMARACK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_precompile_headers(${name}_test REUSE_FROM tamarack_test_pch)
  target_link_libraries(${name}_test PRIVATE ${ARG_ROOMS} ${ARG_VENDORS} vendor_rapidcheck GTest::gmock GTest::gtest)
  if(NOT ARG_OWN_MAIN)
    target_link_libraries(${name}_test PRIVATE GTest::gtest_main)
  endif()
  add_test(NAME ${name} COMMAND ${name}_test)
  set_property(GLOBAL APPEND PROPERTY TAMARACK_TEST_TARGETS ${name}_test)
endfunction()
