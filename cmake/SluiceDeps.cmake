# SPDX-License-Identifier: Apache-2.0
# One target a dependency: deps::NAME. The pinned ones (scripts/deps.lock) come from the prefix that
# scripts/setup fills, the rest from the distribution.
include_guard(GLOBAL)
set(SLUICE_DEPS_PREFIX "${CMAKE_SOURCE_DIR}/build/deps" CACHE PATH "prefix filled by scripts/setup")
set(SLUICE_CARGO_TARGET_DIR "${CMAKE_SOURCE_DIR}/build/cargo" CACHE PATH "cargo's target directory, shared by all presets")
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(sluice_alias name) # deps::NAME = the targets that follow
  add_library(sluice_deps_${name} INTERFACE)
  target_link_libraries(sluice_deps_${name} INTERFACE ${ARGN})
  add_library(deps::${name} ALIAS sluice_deps_${name})
endfunction()

function(sluice_pinned name type file) # sluice_pinned_NAME = library FILE (a pattern) of the prefix
  file(GLOB library "${SLUICE_DEPS_PREFIX}/${file}")
  list(LENGTH library count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR "${name}: expected one ${SLUICE_DEPS_PREFIX}/${file}, found ${count}; run scripts/setup")
  endif()
  add_library(sluice_pinned_${name} ${type} IMPORTED GLOBAL)
  set_target_properties(sluice_pinned_${name} PROPERTIES IMPORTED_LOCATION "${library}")
  target_include_directories(sluice_pinned_${name} SYSTEM INTERFACE "${SLUICE_DEPS_PREFIX}/include")
endfunction()

# Arrow and Parquet out of the wheel; by full path, so no .so symlink is needed.
sluice_pinned(arrow SHARED "lib/libarrow.so.*00")
sluice_pinned(parquet SHARED "lib/libparquet.so.*00")
sluice_alias(arrow sluice_pinned_arrow)
sluice_alias(parquet sluice_pinned_parquet sluice_pinned_arrow)

sluice_pinned(duckdb SHARED "lib/libduckdb.so")
sluice_alias(duckdb sluice_pinned_duckdb)

find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL 7.87 REQUIRED) # CURLOPT_QUICK_EXIT
pkg_check_modules(SLUICE_RDKAFKA_NEEDS REQUIRED IMPORTED_TARGET GLOBAL libsasl2 libzstd liblz4)
sluice_pinned(rdkafka STATIC "lib/librdkafka.a")
sluice_alias(rdkafka sluice_pinned_rdkafka OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB CURL::libcurl
             PkgConfig::SLUICE_RDKAFKA_NEEDS Threads::Threads ${CMAKE_DL_LIBS} m rt)

pkg_check_modules(SLUICE_PCRE2 REQUIRED IMPORTED_TARGET GLOBAL libpcre2-8)
sluice_alias(pcre2 PkgConfig::SLUICE_PCRE2)

add_library(sluice_simdjson STATIC "${SLUICE_DEPS_PREFIX}/src/simdjson.cpp")
target_include_directories(sluice_simdjson SYSTEM PUBLIC "${SLUICE_DEPS_PREFIX}/include")
# The same in every translation unit, or the one-definition rule is broken.
target_compile_definitions(sluice_simdjson PUBLIC SIMDJSON_EXCEPTIONS=0)
sluice_alias(simdjson sluice_simdjson)

find_package(nlohmann_json 3.11 REQUIRED CONFIG)
sluice_alias(json nlohmann_json::nlohmann_json)
find_package(yaml-cpp 0.7 REQUIRED CONFIG)
if(TARGET yaml-cpp::yaml-cpp)
  sluice_alias(yaml_cpp yaml-cpp::yaml-cpp)
else() # 0.7 exports the plain name
  sluice_alias(yaml_cpp yaml-cpp)
endif()
find_package(CLI11 2.1 REQUIRED CONFIG)
sluice_alias(cli11 CLI11::CLI11)
find_package(fmt 9 REQUIRED CONFIG)
sluice_alias(fmt fmt::fmt)
find_package(spdlog 1.10 REQUIRED CONFIG)
sluice_alias(spdlog spdlog::spdlog fmt::fmt)
find_package(prometheus-cpp REQUIRED CONFIG) # no version: Debian ships no version file
sluice_alias(prometheus prometheus-cpp::core)
pkg_check_modules(SLUICE_MICROHTTPD REQUIRED IMPORTED_TARGET GLOBAL libmicrohttpd>=0.9.75)
sluice_alias(microhttpd PkgConfig::SLUICE_MICROHTTPD)
sluice_alias(curl CURL::libcurl Threads::Threads)
sluice_alias(zlib ZLIB::ZLIB)
pkg_check_modules(SLUICE_BROTLI REQUIRED IMPORTED_TARGET GLOBAL libbrotlidec)
sluice_alias(brotli PkgConfig::SLUICE_BROTLI)

# The schema of GTFS-Realtime: protoc's code in the build tree, with its own idea of warnings.
find_package(Protobuf 3.21 REQUIRED)
set(_generated "${CMAKE_BINARY_DIR}/generated/gtfs_realtime.pb")
add_custom_command(
  OUTPUT "${_generated}.cc" "${_generated}.h"
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${CMAKE_BINARY_DIR}/generated"
  COMMAND protobuf::protoc --cpp_out=${CMAKE_BINARY_DIR}/generated -I "${CMAKE_SOURCE_DIR}/src/gtfs/proto" gtfs_realtime.proto
  DEPENDS "${CMAKE_SOURCE_DIR}/src/gtfs/proto/gtfs_realtime.proto"
  VERBATIM)
add_library(sluice_gtfs_proto STATIC "${_generated}.cc" "${_generated}.h")
target_compile_options(sluice_gtfs_proto PRIVATE -w -O1)
target_include_directories(sluice_gtfs_proto SYSTEM PUBLIC "${CMAKE_BINARY_DIR}/generated")
target_link_libraries(sluice_gtfs_proto PUBLIC protobuf::libprotobuf)
sluice_alias(protobuf sluice_gtfs_proto)

if(SLUICE_TESTS)
  find_package(GTest 1.12 REQUIRED CONFIG)
  sluice_alias(gtest GTest::gmock GTest::gtest GTest::gtest_main)
  find_package(benchmark 1.7 QUIET CONFIG)
  if(benchmark_FOUND)
    sluice_alias(benchmark benchmark::benchmark benchmark::benchmark_main)
  endif()
endif()

include(SluiceBridge)
