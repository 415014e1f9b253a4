# SPDX-License-Identifier: Apache-2.0
# deps::delta_bridge: the Rust crate in bridge/, built by cargo as one more step of the build, beside all others.
include_guard(GLOBAL)
set(SLUICE_RUST_MINIMUM 1.88)

function(sluice_cargo_is_new_enough result cargo)
  execute_process(COMMAND "${cargo}" --version OUTPUT_VARIABLE text ERROR_QUIET)
  string(REGEX MATCH "[0-9]+\\.[0-9]+" version "${text}")
  if(NOT version VERSION_GREATER_EQUAL SLUICE_RUST_MINIMUM)
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

find_program(SLUICE_CARGO cargo PATHS "$ENV{HOME}/.cargo/bin" /usr/bin VALIDATOR sluice_cargo_is_new_enough)
if(NOT SLUICE_CARGO)
  message(FATAL_ERROR "no cargo >= ${SLUICE_RUST_MINIMUM}; run scripts/setup")
endif()

set(_library "${SLUICE_CARGO_TARGET_DIR}/release/libdelta_bridge.a")
file(GLOB_RECURSE _sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/bridge/src/*.rs")
# The stamp is this build tree's own; the library is shared by all of them (cargo locks its directory).
add_custom_command(
  OUTPUT "${CMAKE_BINARY_DIR}/delta_bridge.stamp"
  BYPRODUCTS "${_library}"
  COMMAND "${CMAKE_SOURCE_DIR}/scripts/build_bridge" "${SLUICE_CARGO}" "${SLUICE_CARGO_TARGET_DIR}"
  COMMAND "${CMAKE_COMMAND}" -E touch "${CMAKE_BINARY_DIR}/delta_bridge.stamp"
  DEPENDS ${_sources} "${CMAKE_SOURCE_DIR}/bridge/Cargo.toml" "${CMAKE_SOURCE_DIR}/bridge/Cargo.lock"
  COMMENT "Building the Delta bridge (Rust)"
  VERBATIM)
add_custom_target(delta_bridge DEPENDS "${CMAKE_BINARY_DIR}/delta_bridge.stamp")

if(SLUICE_TESTS)
  add_test(NAME unit.bridge COMMAND "${CMAKE_SOURCE_DIR}/scripts/build_bridge" "${SLUICE_CARGO}" "${SLUICE_CARGO_TARGET_DIR}" test)
  # The first run after a change compiles the crate (half a minute), and waits for any other cargo in that directory.
  set_tests_properties(unit.bridge PROPERTIES LABELS unit TIMEOUT 600)
endif()

add_library(sluice_delta_bridge STATIC IMPORTED GLOBAL)
set_target_properties(sluice_delta_bridge PROPERTIES IMPORTED_LOCATION "${_library}")
target_include_directories(sluice_delta_bridge SYSTEM INTERFACE "${CMAKE_SOURCE_DIR}/bridge/include")
target_link_libraries(sluice_delta_bridge INTERFACE Threads::Threads ${CMAKE_DL_LIBS} m)
add_dependencies(sluice_delta_bridge delta_bridge)
sluice_alias(delta_bridge sluice_delta_bridge)
