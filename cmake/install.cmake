# Installing: libraries, headers under the include lines of the tree, and a package for find_package(voronet).

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/voronet)
set(kernel_headers buffer.h convolution.h elementwise.h packed.h)
set(folders core layers theory optim optim/training data ranks attacks interchange)

set(targets voronet)
if(TARGET voronet_onnx)
  list(APPEND targets voronet_onnx)
endif()
foreach(folder ${folders})
  string(REPLACE / _ name ${folder})
  list(APPEND targets voronet_${name})
  install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/voronet/${folder}
          FILES_MATCHING PATTERN *.h PATTERN kernels EXCLUDE PATTERN form_vector.h EXCLUDE)
endforeach()
# Kernels and vectors of forms are compiled for the library's processor, not for that of who includes them: of their
# headers, only those go along that say nothing of it and that others include.
list(TRANSFORM kernel_headers PREPEND core/kernels/)
install(FILES ${kernel_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/voronet/core/kernels)
install(FILES voronet.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/voronet)
install(TARGETS ${targets} EXPORT voronet ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT voronet NAMESPACE voronet:: DESTINATION ${package_folder} FILE voronet-targets.cmake)

write_basic_package_version_file(${PROJECT_BINARY_DIR}/voronet-config-version.cmake COMPATIBILITY SameMinorVersion)
configure_file(cmake/voronet-config.cmake.in voronet-config.cmake @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/voronet-config.cmake ${PROJECT_BINARY_DIR}/voronet-config-version.cmake
        DESTINATION ${package_folder})

if(TARGET voronet_program)
  install(TARGETS voronet_program DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
