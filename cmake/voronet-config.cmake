# find_package(voronet): targets voronet::voronet (everything) and one a folder, voronet::core and so on.
include(CMakeFindDependencyMacro)
find_dependency(OpenMP COMPONENTS CXX)
find_dependency(ZLIB)
find_dependency(PNG)
find_dependency(nlohmann_json)
include(${CMAKE_CURRENT_LIST_DIR}/voronet-targets.cmake)
