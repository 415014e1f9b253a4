# SPDX-License-Identifier: Apache-2.0
# Target check_headers: every header under src/ compiles alone, with warnings as errors.
include_guard(GLOBAL)

function(sluice_check_headers)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/*.h")
  set(units "")
  foreach(header ${headers})
    cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${CMAKE_SOURCE_DIR}/src" OUTPUT_VARIABLE relative)
    string(REPLACE "/" "_" flat "${relative}")
    set(unit "${CMAKE_BINARY_DIR}/headers/${flat}.cc")
    file(CONFIGURE OUTPUT "${unit}" CONTENT "#include \"${relative}\"\n#include \"${relative}\"\n")
    list(APPEND units "${unit}")
  endforeach()
  if(units)
    add_library(check_headers OBJECT EXCLUDE_FROM_ALL ${units})
    target_compile_options(check_headers PRIVATE -O0 -g0 -Werror)
    list(TRANSFORM SLUICE_FOLDERS PREPEND "sluice_" OUTPUT_VARIABLE folders)
    # Include paths and definitions only: no library is built for this.
    foreach(folder ${folders})
      target_include_directories(check_headers PRIVATE $<TARGET_PROPERTY:${folder},INTERFACE_INCLUDE_DIRECTORIES>)
    endforeach()
    # Code that protoc generated: its warnings are not ours.
    target_include_directories(check_headers SYSTEM PRIVATE "${CMAKE_BINARY_DIR}/generated")
    target_link_libraries(check_headers PRIVATE sluice_flags)
  endif()
endfunction()
