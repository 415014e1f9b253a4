# SPDX-License-Identifier: Apache-2.0
# The texts that sluice_monitoring carries (src/monitoring/embedded.h): monitoring/ but for its tests, docs/runbooks/.
# Run as a script (cmake -DOUTPUT=... -DROOT=... -P) it writes them as C++; included, it defines the build's step.
set(SLUICE_EMBEDDED "monitoring/alert.rules.yaml" "monitoring/alertmanager.yaml" "monitoring/prometheus.yaml"
    "monitoring/slack.tmpl" "monitoring/grafana/*.yaml" "monitoring/grafana_dashboards/*.json" "docs/runbooks/*.md")

function(sluice_embedded_files result root)
  set(files "")
  foreach(pattern ${SLUICE_EMBEDDED})
    file(GLOB_RECURSE found ${ARGN} RELATIVE "${root}" "${root}/${pattern}")
    list(APPEND files ${found})
  endforeach()
  list(REMOVE_DUPLICATES files) # names of files are looked for in every folder
  list(SORT files)
  set(${result} ${files} PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  sluice_embedded_files(files "${ROOT}")
  set(text "// Made by cmake/SluiceEmbed.cmake.\n#include \"monitoring/embedded.h\"\n\nnamespace sluice::monitoring {\n\n")
  string(APPEND text "const std::vector<EmbeddedFile>& EmbeddedFiles() {\n  static const std::vector<EmbeddedFile> files = {\n")
  foreach(file ${files})
    file(READ "${ROOT}/${file}" content)
    if(content MATCHES "\\)EMBEDDED\"")
      message(FATAL_ERROR "${file} holds the mark that ends it")
    endif()
    string(APPEND text "      {\"${file}\", R\"EMBEDDED(${content})EMBEDDED\"},\n")
  endforeach()
  string(APPEND text "  };\n  return files;\n}\n\n}  // namespace sluice::monitoring\n")
  file(WRITE "${OUTPUT}" "${text}")
  return()
endif()

function(sluice_embed target)
  sluice_embedded_files(files "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS)
  list(TRANSFORM files PREPEND "${CMAKE_SOURCE_DIR}/")
  set(output "${CMAKE_BINARY_DIR}/generated/embedded_files.cc")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DROOT=${CMAKE_SOURCE_DIR}" -P "${CMAKE_SOURCE_DIR}/cmake/SluiceEmbed.cmake"
    DEPENDS ${files} "${CMAKE_SOURCE_DIR}/cmake/SluiceEmbed.cmake"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
