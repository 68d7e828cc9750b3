# Installs the build in BUILD into a new prefix, builds this outside project against it and runs that:
#   cmake -DBUILD=... -DSCRATCH=... -DCOMPILER=... -DGENERATOR=... -P package_test.cmake
file(REMOVE_RECURSE ${SCRATCH})

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH}/prefix)
# Headers do not depend on the processor that their user compiles for, and bring all that they include.
file(GLOB_RECURSE headers ${SCRATCH}/prefix/*.h)
foreach(header ${headers})
  file(STRINGS ${header} processor REGEX "__(AVX|SSE|FMA|ARM)")
  if(processor)
    message(FATAL_ERROR "${header} depends on the processor: ${processor}")
  endif()
  file(STRINGS ${header} includes REGEX "#include <voronet/")
  foreach(include ${includes})
    string(REGEX REPLACE ".*<(.*)>.*" "\\1" included ${include})
    if(NOT EXISTS ${SCRATCH}/prefix/include/${included})
      message(FATAL_ERROR "${header} includes ${included}, which is not installed")
    endif()
  endforeach()
endforeach()

run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR} -B ${SCRATCH}/build -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix
    -DCMAKE_CXX_COMPILER=${COMPILER})
run(${CMAKE_COMMAND} --build ${SCRATCH}/build)
run(${SCRATCH}/build/outside)
run(${SCRATCH}/build/own WORKING_DIRECTORY ${SCRATCH})
