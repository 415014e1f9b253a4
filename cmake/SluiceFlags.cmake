# SPDX-License-Identifier: Apache-2.0
# Compiler and linker flags of our own code, in one interface target: sluice_flags.
include_guard(GLOBAL)

find_program(SLUICE_CCACHE ccache)
if(SLUICE_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${SLUICE_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${SLUICE_CCACHE}")
endif()
find_program(SLUICE_MOLD_PROGRAM mold)
if(SLUICE_MOLD AND SLUICE_MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
# The Rust bridge brings three cloud stores that most jobs never touch.
add_link_options(-Wl,--gc-sections)

# Whole-program: simdjson is compiled here too and must agree with our objects.
if(SLUICE_SANITIZE)
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
  if(SLUICE_SANITIZE MATCHES "undefined")
    # vptr wants the type information of libraries that are built without it (Arrow's wheel).
    add_compile_options(-fno-sanitize=vptr -fno-sanitize-recover=undefined)
    add_link_options(-fno-sanitize=vptr)
  endif()
endif()

# Everywhere: libFuzzer steers by the paths that an input takes through the code under test.
if(SLUICE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_library(sluice_flags INTERFACE)
target_include_directories(sluice_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(sluice_flags INTERFACE -Wall -Wextra)
if(SLUICE_WERROR)
  target_compile_options(sluice_flags INTERFACE -Werror)
endif()
if(SLUICE_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC's flow analysis misjudges instrumented code.
  target_compile_options(sluice_flags INTERFACE -Wno-maybe-uninitialized)
endif()
