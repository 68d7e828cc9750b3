# voronet_library(core): the library of one folder, from all its .cpp files, as target voronet_core; of apps/text as
# voronet_apps_text. EXCEPT and regular expressions may follow: files whose names match are left out.
#
# Headers are included as <voronet/core/tensor.h> in the tree just as when installed: the build folder holds one
# include root a library, with a link voronet/core to the source folder. A library sees the include roots of what it
# links and no others, so the compiler checks the direction of every arrow between the folders.

function(voronet_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
  if(VORONET_PLAIN)
    target_compile_options(${target} PRIVATE -Wno-unknown-pragmas) # OpenMP's
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -Wno-restrict) # gcc 12 sees overlaps in std::string that are not there
    if(VORONET_SANITIZE)
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized) # and warns of its own <regex> here
    endif()
  endif()
  if(VORONET_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# gcc, where it tunes for AMD's processors, takes some sums' fused multiply-adds apart and others not, so that a row of a
# matrix would have other bits alone than in a batch.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(--param=avoid-fma-max-bits=0 VORONET_KEEPS_FMA)
endif()

# How all our code is compiled: processor, rounding, sanitizers.
function(voronet_code target)
  voronet_warnings(${target})
  if(VORONET_ARCH)
    target_compile_options(${target} PRIVATE -march=${VORONET_ARCH})
  endif()
  if(VORONET_KEEPS_FMA)
    target_compile_options(${target} PRIVATE --param=avoid-fma-max-bits=0)
  endif()
  if(VORONET_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${VORONET_SANITIZE} -fno-sanitize-recover=all
                                             -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${VORONET_SANITIZE})
  endif()
endfunction()

# For code that is not slow however it is compiled: optimised like the rest, the inline code of CLI11, nlohmann-json and
# doctest would take longer to build than all of ours.
function(voronet_build_quickly target)
  target_compile_options(${target} PRIVATE $<IF:$<CONFIG:Debug>,-O0,-O1>)
endfunction()

function(voronet_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 library "" "" EXCEPT)
  string(REPLACE / _ name ${folder})
  set(target voronet_${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  file(GLOB own_libraries ${PROJECT_SOURCE_DIR}/${folder}/*/CMakeLists.txt)
  foreach(file ${own_libraries})
    cmake_path(GET file PARENT_PATH inner)
    list(FILTER sources EXCLUDE REGEX "^${inner}/")
  endforeach()
  foreach(pattern ${library_EXCEPT})
    list(FILTER sources EXCLUDE REGEX ${pattern})
  endforeach()
  add_library(${target} STATIC ${sources})
  add_library(voronet::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  voronet_code(${target})

  set(root ${PROJECT_BINARY_DIR}/include/${name})
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY ${root}/voronet/${parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${root}/voronet/${folder} SYMBOLIC)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${root}> $<INSTALL_INTERFACE:include>)
  target_compile_features(${target} PUBLIC cxx_std_20)
endfunction()

# voronet_headers(voronet .): a target for the single header voronet.h of this folder.
function(voronet_headers target folder)
  add_library(${target} INTERFACE)
  add_library(voronet::${target} ALIAS ${target})
  set(root ${PROJECT_BINARY_DIR}/include/all)
  file(MAKE_DIRECTORY ${root}/voronet)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/voronet.h ${root}/voronet/voronet.h SYMBOLIC)
  target_include_directories(${target} INTERFACE $<BUILD_INTERFACE:${root}> $<INSTALL_INTERFACE:include>)
endfunction()
