# SPDX-License-Identifier: Apache-2.0
# The files of src/page/static compiled into sluice_page: written as text literals into one source file.
# Included by src/CMakeLists.txt; run with -P (DIR, FILES, OUTPUT) it writes that file.
if(CMAKE_SCRIPT_MODE_FILE)
  set(list "")
  set(text "// Made by cmake/SluicePage.cmake.\n#include \"page/embedded_files.h\"\n\nnamespace sluice::page {\n\nnamespace {\n")
  string(REPLACE "|" ";" FILES "${FILES}")
  set(count 0)
  foreach(name ${FILES})
    file(READ "${DIR}/${name}" content)
    string(APPEND text "constexpr char kFile${count}[] = R\"sluice(${content})sluice\";\n")
    string(APPEND list "    {\"${name}\", {kFile${count}, sizeof kFile${count} - 1}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  string(APPEND text "\nconstexpr EmbeddedFile kFiles[] = {\n${list}};\n\n}  // namespace\n\n")
  string(APPEND text "std::span<const EmbeddedFile> EmbeddedFiles() { return kFiles; }\n\n}  // namespace sluice::page\n")
  file(WRITE "${OUTPUT}" "${text}")
  return()
endif()

include_guard(GLOBAL)
set(_dir "${CMAKE_SOURCE_DIR}/src/page/static")
file(GLOB _files CONFIGURE_DEPENDS RELATIVE "${_dir}" "${_dir}/*.html" "${_dir}/*.css" "${_dir}/*.mjs" "${_dir}/*.svg")
list(TRANSFORM _files PREPEND "${_dir}/" OUTPUT_VARIABLE _paths)
list(JOIN _files "|" _names)
set(_embedded "${CMAKE_BINARY_DIR}/generated/page_files.cc")
add_custom_command(
  OUTPUT "${_embedded}"
  COMMAND "${CMAKE_COMMAND}" "-DDIR=${_dir}" "-DFILES=${_names}" "-DOUTPUT=${_embedded}" -P "${CMAKE_SOURCE_DIR}/cmake/SluicePage.cmake"
  DEPENDS ${_paths} "${CMAKE_SOURCE_DIR}/cmake/SluicePage.cmake"
  VERBATIM)
target_sources(sluice_page PRIVATE "${_embedded}")
