# SPDX-License-Identifier: Apache-2.0
# sluice_folder(NAME): library sluice_NAME out of src/NAME/*.cc, its tests, benchmarks and fuzz targets.
#   *_test.cc -> program NAME_test, one ctest entry unit.NAME     *_bench.cc -> NAME_bench, by target benches
#   *_main.cc -> a program of that name without _main              *_fuzz.cc -> a libFuzzer program each, by target fuzzers
#   testing/*.cc -> sluice_NAME_testing: fakes, linked into the tests of this folder and of those above it;
#   testing/*_main.cc -> a program that only tests run
# What a folder may use is read from docs/layers.txt, which scripts/check_layers.py checks the includes against.
include_guard(GLOBAL)

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/docs/layers.txt")
file(STRINGS "${CMAKE_SOURCE_DIR}/docs/layers.txt" _lines REGEX "^[a-z]+:")
set(SLUICE_FOLDERS "")
foreach(_line ${_lines}) # "folder: folders | third party"; an entry with a slash is an include without a link
  string(REGEX MATCH "^([a-z]+):([^|]*)\\|?(.*)$" _ "${_line}")
  set(_folder "${CMAKE_MATCH_1}")
  separate_arguments(_below UNIX_COMMAND "${CMAKE_MATCH_2}")
  separate_arguments(_third UNIX_COMMAND "${CMAKE_MATCH_3}")
  list(FILTER _below EXCLUDE REGEX "/")
  list(APPEND SLUICE_FOLDERS ${_folder})
  set(SLUICE_BELOW_${_folder} ${_below})
  set(SLUICE_THIRD_${_folder} ${_third})
endforeach()

add_custom_target(benches) # every NAME_bench
add_custom_target(fuzzers) # every NAME_fuzz

function(sluice_library target sources) # static when there are sources, else an interface
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC sluice_flags ${ARGN})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE sluice_flags ${ARGN})
  endif()
endfunction()

function(sluice_folder name)
  set(dir "${CMAKE_SOURCE_DIR}/src/${name}")
  file(GLOB sources CONFIGURE_DEPENDS "${dir}/*.cc")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz)\\.cc$|/cli/main\\.cc$")
  list(TRANSFORM SLUICE_BELOW_${name} PREPEND "sluice_" OUTPUT_VARIABLE below)
  list(TRANSFORM SLUICE_THIRD_${name} PREPEND "deps::" OUTPUT_VARIABLE third)
  sluice_library(sluice_${name} "${sources}" ${below} ${third} deps::fmt)

  if(SLUICE_TESTS)
    sluice_folder_tests(${name} "${dir}")
  endif()
  if(SLUICE_FUZZ)
    sluice_folder_fuzz(${name} "${dir}")
  endif()
endfunction()

function(sluice_folder_tests name dir)
  file(GLOB fakes CONFIGURE_DEPENDS "${dir}/testing/*.cc")
  list(FILTER fakes EXCLUDE REGEX "_main\\.cc$")
  list(TRANSFORM SLUICE_BELOW_${name} REPLACE "(.+)" "sluice_\\1_testing" OUTPUT_VARIABLE fakes_below)
  sluice_library(sluice_${name}_testing "${fakes}" sluice_${name} ${fakes_below} deps::json)

  file(GLOB tests CONFIGURE_DEPENDS "${dir}/*_test.cc")
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE sluice_${name}_testing sluice_fault_none deps::gtest)
    target_compile_options(${name}_test PRIVATE -O1) # what they test is optimised, they need not be
    add_test(NAME unit.${name} COMMAND ${name}_test --gtest_brief=1)
    set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT ${SLUICE_TEST_TIMEOUT} ENVIRONMENT "${SLUICE_TEST_ENVIRONMENT}")
    # They run the bridge's Rust, which is not compiled with it: all that its threads share is reported.
    if(SLUICE_SANITIZE MATCHES "thread" AND name MATCHES "^(delta|cli)$")
      set_tests_properties(unit.${name} PROPERTIES DISABLED TRUE)
    endif()
  endif()

  file(GLOB mains CONFIGURE_DEPENDS "${dir}/testing/*_main.cc")
  foreach(main ${mains})
    string(REGEX REPLACE ".*/(.*)_main\\.cc$" "\\1" program "${main}")
    add_executable(${program} ${main})
    target_link_libraries(${program} PRIVATE sluice_${name}_testing sluice_fault_none)
    set_property(GLOBAL APPEND PROPERTY SLUICE_TEST_PROGRAMS ${program})
  endforeach()

  file(GLOB benches CONFIGURE_DEPENDS "${dir}/*_bench.cc")
  if(benches AND TARGET deps::benchmark)
    add_executable(${name}_bench EXCLUDE_FROM_ALL ${benches})
    add_dependencies(benches ${name}_bench)
    # A fixture of GoogleTest may come along: mold takes from an archive what a shared library asks for, too.
    target_link_libraries(${name}_bench PRIVATE sluice_${name}_testing sluice_fault_none deps::benchmark GTest::gtest)
  endif()
endfunction()

function(sluice_folder_fuzz name dir)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "SLUICE_FUZZ needs clang: -DCMAKE_CXX_COMPILER=clang++-19")
  endif()
  file(GLOB fuzzers CONFIGURE_DEPENDS "${dir}/*_fuzz.cc")
  foreach(fuzzer ${fuzzers})
    cmake_path(GET fuzzer STEM program)
    add_executable(${program} EXCLUDE_FROM_ALL ${fuzzer})
    add_dependencies(fuzzers ${program})
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${program} PRIVATE sluice_${name} sluice_fault_none)
  endforeach()
endfunction()

set(SLUICE_TEST_TIMEOUT 300)
if(SLUICE_SANITIZE)
  set(SLUICE_TEST_TIMEOUT 1200) # five to ten times slower
endif()

# Findings inside libraries that we did not compile are listed, each with its reason, in these files.
set(SLUICE_TEST_ENVIRONMENT "")
if(SLUICE_SANITIZE MATCHES "thread")
  set(SLUICE_TEST_ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/tsan.supp:halt_on_error=1")
elseif(SLUICE_SANITIZE MATCHES "address")
  set(SLUICE_TEST_ENVIRONMENT "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/lsan.supp"
      "UBSAN_OPTIONS=print_stacktrace=1" "ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1")
endif()
